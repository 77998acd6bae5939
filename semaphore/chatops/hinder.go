package chatops

import "time"

// hindered refuses to run something now that is locked or frozen. role is that of who asks for it.
func (r request) hindered(tx Tx, p *Policy, now time.Time, role Role, room RoomID) error {
	locks, err := locksOn(tx, r.Target, now)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if l.By != r.By {
			return &refusal{
				notice:   say(append([]Span{bold(targetName(r.Target)), plain(" is locked by ")}, l.told(now)...)...),
				decision: DecisionRefused, reason: "locked: " + auditTarget(r.Target),
			}
		}
	}
	if why, end, frozen := p.frozen(now, r.Target, room, role); frozen {
		spans := []Span{bold(targetName(r.Target)), plain(" is frozen until " + until(end, now))}
		if why.Reason != "" {
			spans = append(spans, plain(": "+clean(why.Reason, 300)))
		}
		return &refusal{notice: say(append(spans, plain("."))...), decision: DecisionRefused, reason: "frozen: " + auditTarget(r.Target)}
	}
	return nil
}
