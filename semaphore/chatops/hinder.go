package chatops

import "time"

// hindered refuses to run something that is locked or frozen: now or, if that is later, at its time. role is that of who
// asks for it.
func (r request) hindered(tx Tx, p *Policy, now time.Time, role Role, room RoomID) error {
	when := later(now, r.NotBefore)
	locks, err := locksOn(tx, r.Target, when)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if l.By != r.By {
			return &refusal{
				notice:   l.told(targetName(r.Target), " is locked by ", now),
				decision: DecisionRefused, reason: "locked", target: auditTarget(r.Target),
			}
		}
	}
	if why, end, frozen := p.frozen(when, r.Target, room, role); frozen {
		spans := []Span{bold(targetName(r.Target)), plain(" is frozen until " + until(end, now))}
		if why.Reason != "" {
			spans = append(spans, plain(": "+clean(why.Reason, 300)))
		}
		return &refusal{notice: say(append(spans, plain("."))...), decision: DecisionRefused, reason: "frozen", target: auditTarget(r.Target)}
	}
	return nil
}
