package standup

import (
	"slices"
)

// loadDialogues reads the responses that a person may be giving.
func loadDialogues(tx Tx, user UserID) ([]dialogue, error) {
	all, err := keys(tx, dialoguePrefix(user), 0)
	if err != nil {
		return nil, err
	}
	var dialogues []dialogue
	for _, key := range all {
		parts, err := splitKey(key)
		if err != nil || len(parts) != 4 {
			return nil, damaged(key, err)
		}
		date, err := ParseDate(parts[3])
		if err != nil {
			return nil, damaged(key, err)
		}
		d, found, err := loadDialogue(tx, responseID{TeamID(parts[2]), date, user})
		if err != nil {
			return nil, err
		}
		if found {
			dialogues = append(dialogues, d)
		}
	}
	return dialogues, nil
}

func loadDialogue(tx Tx, id responseID) (d dialogue, found bool, err error) {
	if d.response, found, err = load[Response](tx, id.key()); err != nil || !found {
		return d, false, err
	}
	d.run, found, err = load[Run](tx, runKey(id.Team, id.Date))
	return d, found, err
}

// loadZones reads the zones that people have set.
func loadZones(tx Tx, members []Member) (map[UserID]string, error) {
	zones := map[UserID]string{}
	for _, m := range members {
		profile, _, err := load[Profile](tx, profileKey(m.ID))
		if err != nil {
			return nil, err
		}
		if profile.Zone != "" {
			zones[m.ID] = profile.Zone
		}
	}
	return zones, nil
}

// loadPast reads a run with its responses.
func loadPast(tx Tx, run Run) (past, error) {
	responses, err := loadAll[Response](tx, responsesPrefix(run.Team, run.Date))
	return past{run, responses}, err
}

// loadAllPast reads a team's runs with their responses, the newest first.
func loadAllPast(tx Tx, team TeamID) ([]past, error) {
	runs, err := loadAll[Run](tx, joinKey("run", string(team))+"/")
	if err != nil {
		return nil, err
	}
	slices.Reverse(runs)
	all := make([]past, len(runs))
	for i, run := range runs {
		if all[i], err = loadPast(tx, run); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// loadAsking reads what a command's answer is made from.
func (e *Engine) loadAsking(tx Tx, cmd Command, p prepared) (asking, error) {
	s := asking{
		members: p.members, unlisted: p.unlisted, holidays: holidays,
		defaultZone: e.Zone, admin: slices.Contains(e.Admins, p.From),
	}
	profile, _, err := load[Profile](tx, profileKey(p.From))
	if err != nil {
		return s, err
	}
	s.zone = profile.Zone
	if p.Channel != "" {
		if s.team, s.zones, err = loadTeam(tx, TeamID(p.Channel), p.members); err != nil {
			return s, err
		}
	}
	switch cmd.(type) {
	case HistoryCommand, SearchCommand, StatsCommand, DebugCommand:
		if s.team != nil {
			if s.past, err = loadAllPast(tx, s.team.ID); err != nil {
				return s, err
			}
		}
	case TimezoneCommand:
		if s.own, err = loadOwn(tx, p.From); err != nil {
			return s, err
		}
	}
	if _, ok := cmd.(DebugCommand); ok {
		const most = 1000
		waiting, err := keys(tx, "outbox/", most)
		if err != nil {
			return s, err
		}
		s.system = system{started: e.started, waiting: len(waiting), limited: len(waiting) == most}
	}
	return s, nil
}

// loadTeam reads the standup of a channel, nil if it has none, and the zones of
// all who are or would be asked.
func loadTeam(tx Tx, id TeamID, members []Member) (*Team, map[UserID]string, error) {
	team, found, err := load[Team](tx, teamKey(id))
	if err != nil {
		return nil, nil, err
	}
	zones, err := loadZones(tx, slices.Concat(team.Members, members))
	if !found {
		return nil, zones, err
	}
	return &team, zones, err
}

// loadOwn reads a person's teams, and their responses that are still open.
func loadOwn(tx Tx, user UserID) ([]own, error) {
	all, err := keys(tx, joinKey("member", string(user))+"/", 0)
	if err != nil {
		return nil, err
	}
	var teams []own
	for _, key := range all {
		parts, err := splitKey(key)
		if err != nil || len(parts) != 3 {
			return nil, damaged(key, err)
		}
		var o own
		var found bool
		if o.team, found, err = load[Team](tx, teamKey(TeamID(parts[2]))); err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if o.zones, err = loadZones(tx, o.team.Members); err != nil {
			return nil, err
		}
		if o.open, err = loadOpen(tx, o.team, user); err != nil {
			return nil, err
		}
		teams = append(teams, o)
	}
	return teams, nil
}

// loadOpen reads a person's responses in the runs of a team that are not
// closed. A run closes before the second one after it opens.
func loadOpen(tx Tx, t Team, user UserID) ([]dialogue, error) {
	if t.LastRun.IsZero() {
		return nil, nil
	}
	var open []dialogue
	for r, err := range tx.Scan(joinKey("run", string(t.ID))+"/", runKey(t.ID, t.LastRun.AddDays(-searchOpenDays))) {
		if err != nil {
			return nil, err
		}
		parts, err := splitKey(r.Key)
		if err != nil || len(parts) != 3 {
			return nil, damaged(r.Key, err)
		}
		date, err := ParseDate(parts[2])
		if err != nil {
			return nil, damaged(r.Key, err)
		}
		d, found, err := loadDialogue(tx, responseID{t.ID, date, user})
		if err != nil {
			return nil, err
		}
		if found && !d.run.closed() {
			open = append(open, d)
		}
	}
	return open, nil
}

// searchOpenDays is how long before a team's last run an open one may be: the
// window of a run is at most half a day, and people are asked up to a day early.
const searchOpenDays = 3
