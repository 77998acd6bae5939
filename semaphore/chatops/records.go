package chatops

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// longestPart is more than any id of a chat takes in a key; stores take keys of 1,024 bytes.
const longestPart = 3*maxIDLength + 1

// joinKey makes the key of a record of its parts, whatever is in them. Of one that is too long it has the hash.
func joinKey(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = url.PathEscape(p)
		if len(escaped[i]) > longestPart {
			sum := sha256.Sum256([]byte(p))
			escaped[i] = "~" + hex.EncodeToString(sum[:])
		}
	}
	return strings.Join(escaped, "/")
}

// The keys of the records. Numbers in keys are padded so that they sort.
func eventKey(id EventID) string         { return joinKey("event", string(id)) }
func sentKey(key string) string          { return joinKey("sent", key) }
func lastKey(conversation string) string { return "last/" + conversation }
func requestKey(id string) string        { return joinKey("request", id) }
func questionKey(m MessageID) string     { return joinKey("question", string(m)) } // value: what is asked there
func lockKey(scope string) string        { return joinKey("lock", scope) }
func watchKey(id string) string          { return joinKey("watch", id) }
func aliasKey(name string) string        { return joinKey("alias", name) }
func trackKey(t TaskRef) string          { return joinKey("track", t.key()) }
func tailKey(room RoomID) string         { return joinKey("tail", string(room)) }
func cursorKey(p semaphore.ProjectID) string {
	return joinKey("cursor", fmt.Sprintf("%016x", int64(p)))
}
func auditKey(seq uint64) string   { return joinKey("audit", fmt.Sprintf("%016x", seq)) }
func sourceKey(name string) string { return joinKey("source", name) }

// TaskRef names a task.
type TaskRef struct {
	Project semaphore.ProjectID `json:"project"`
	Task    semaphore.TaskID    `json:"task"`
}

func (t TaskRef) key() string { return fmt.Sprintf("%016x.%016x", int64(t.Project), int64(t.Task)) }

// TargetRef names a template, with the names that people know it by.
type TargetRef struct {
	Project      semaphore.ProjectID  `json:"project"`
	ProjectName  string               `json:"project_name"`
	Template     semaphore.TemplateID `json:"template"`
	TemplateName string               `json:"template_name"`
}

// load reads a record; found is false when there is none.
func load[T any](tx Tx, key string) (value T, found bool, err error) {
	data, err := tx.Get(key)
	if err != nil || data == nil {
		return value, false, err
	}
	value, err = decode[T](Record{Key: key, Value: data})
	return value, err == nil, err
}

// keyed is a value that knows the key of its record.
type keyed interface{ recordKey() string }

// decode reads the value of a record. What cannot be read, or is of something else, is a [*damagedError].
func decode[T any](r Record) (value T, err error) {
	err = json.Unmarshal(r.Value, &value)
	if k, ok := any(&value).(keyed); ok && err == nil && k.recordKey() != r.Key {
		err = errMisplaced
	}
	if err != nil {
		return value, &damagedError{r, err}
	}
	return value, nil
}

// save writes a record.
func save(tx Tx, key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("chatops: record %q: %w", key, err)
	}
	return tx.Put(key, data)
}

// all collects the records below a prefix, as "lock/".
func all[T any](tx Tx, prefix string) ([]T, error) {
	var values []T
	for record, err := range tx.Scan(prefix, "") {
		if err != nil {
			return nil, err
		}
		value, err := decode[T](record)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

// present is the value of a record that says all with its key.
type present struct {
	At time.Time `json:"at"`
}
