package standup

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The records of a Store. Every key is its kind and then ids, escaped and
// separated by "/":
//
//	team/TEAM                       Team
//	member/USER/TEAM                empty; the teams of a person
//	profile/USER                    Profile
//	run/TEAM/DATE                   Run
//	response/TEAM/DATE/USER         Response
//	dialogue/USER/TEAM/DATE         empty; the responses that a person may still give
//	answer/MESSAGE                  answerRef; which answer a message is part of
//	due/INSTANT/STEP/TEAM/DATE      empty; what happens when
//	outbox/PRIORITY/NUMBER          outboxRow
//	sent/KEY                        MessageID of a message that may be edited later
//	last/CONVERSATION               MessageID of the newest message sent there
//	seen/DATE/EVENT                 empty; events that were handled
//	cursor/SOURCE                   bytes; how far an adapter has read its chat
//	doubt/USER                      empty; a question to USER may or may not have arrived
//	parked/USER/NUMBER              Incoming; kept until the doubt is resolved
//	sequence                        the newest NUMBER given

// joinKey makes a key, or a part of one, from parts.
func joinKey(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = url.PathEscape(p)
	}
	return strings.Join(escaped, "/")
}

// splitKey undoes joinKey.
func splitKey(key string) ([]string, error) {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		part, err := url.PathUnescape(p)
		if err != nil {
			return nil, fmt.Errorf("standup: record key %q: %w", key, err)
		}
		parts[i] = part
	}
	return parts, nil
}

func teamKey(id TeamID) string             { return joinKey("team", string(id)) }
func memberKey(u UserID, id TeamID) string { return joinKey("member", string(u), string(id)) }
func profileKey(u UserID) string           { return joinKey("profile", string(u)) }
func runKey(id TeamID, d Date) string      { return joinKey("run", string(id), d.String()) }
func answerKey(m MessageID) string         { return joinKey("answer", string(m)) }
func sentKey(key string) string            { return joinKey("sent", key) }
func lastKey(conversation string) string   { return joinKey("last", conversation) }
func doubtKey(u UserID) string             { return joinKey("doubt", string(u)) }
func parkedPrefix(u UserID) string         { return joinKey("parked", string(u)) + "/" }
func dialoguePrefix(u UserID) string       { return joinKey("dialogue", string(u)) + "/" }
func cursorKey(source string) string       { return joinKey("cursor", source) }
func seenKey(day Date, id EventID) string  { return joinKey("seen", day.String(), string(id)) }
func (r responseID) key() string {
	return joinKey("response", string(r.Team), r.Date.String(), string(r.User))
}

func (r responseID) dialogueKey() string {
	return joinKey("dialogue", string(r.User), string(r.Team), r.Date.String())
}

func responsesPrefix(id TeamID, d Date) string {
	return joinKey("response", string(id), d.String()) + "/"
}

// responseID names a Response.
type responseID struct {
	Team TeamID `json:"team"`
	Date Date   `json:"date"`
	User UserID `json:"user"`
}

func (r Response) id() responseID { return responseID{r.Team, r.Date, r.User} }

// answerRef says which answer a message is part of.
type answerRef struct {
	Response responseID `json:"response"`
	Question int        `json:"question"`
}

// step is what happens to a team at an instant. Steps of one instant happen in
// their order.
type step string

const (
	stepList   step = "0-list"   // The team's people are read, so that the run opens on time.
	stepOpen   step = "1-open"   // The run opens and the first people are asked.
	stepPrompt step = "2-prompt" // Those whose own time has come are asked.
	stepRemind step = "3-remind" // Those who have not finished are reminded.
	stepClose  step = "4-close"  // The report is posted.
)

// due is one entry of the timetable.
type due struct {
	at   time.Time
	step step
	team TeamID
	date Date
}

// dueFormat sorts as time does. Every instant of a schedule is a whole second.
const dueFormat = "20060102T150405Z"

func (d due) key() string {
	return joinKey("due", d.at.UTC().Format(dueFormat), string(d.step), string(d.team), d.date.String())
}

func parseDue(key string) (due, error) {
	parts, err := splitKey(key)
	if err != nil {
		return due{}, err
	}
	if len(parts) != 5 {
		return due{}, fmt.Errorf("standup: record key %q is not of a timetable entry", key)
	}
	at, err := time.Parse(dueFormat, parts[1])
	if err != nil {
		return due{}, fmt.Errorf("standup: record key %q: %w", key, err)
	}
	date, err := ParseDate(parts[4])
	if err != nil {
		return due{}, fmt.Errorf("standup: record key %q: %w", key, err)
	}
	return due{at: at, step: step(parts[2]), team: TeamID(parts[3]), date: date}, nil
}

// errDamaged marks what trying again does not mend.
var errDamaged = errors.New("standup: the store holds a damaged record")

func damaged(key string, err error) error {
	return fmt.Errorf("%w: %s: %w", errDamaged, key, err)
}

// load reads the record of key into a value and reports whether it is there.
func load[T any](tx Tx, key string) (value T, found bool, err error) {
	raw, err := tx.Get(key)
	if err != nil || raw == nil {
		return value, false, err
	}
	value, err = decode[T](Record{key, raw})
	return value, err == nil, err
}

// decode reads the value of a record.
func decode[T any](r Record) (value T, err error) {
	if err := json.Unmarshal(r.Value, &value); err != nil {
		return value, damaged(r.Key, err)
	}
	return value, nil
}

// save writes a value as the record of key.
func save(tx Tx, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("standup: record %s: %w", key, err)
	}
	return tx.Put(key, raw)
}

// loadAll reads all records whose key starts with prefix.
func loadAll[T any](tx Tx, prefix string) ([]T, error) {
	var all []T
	for r, err := range tx.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		value, err := decode[T](r)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}

// keys reads the keys that start with prefix, at most limit of them; 0 means
// all.
func keys(tx Tx, prefix string, limit int) ([]string, error) {
	var all []string
	for r, err := range tx.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		all = append(all, r.Key)
		if len(all) == limit {
			break
		}
	}
	return all, nil
}
