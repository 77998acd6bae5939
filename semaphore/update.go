package semaphore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// The server replaces whole objects. So an update reads the object as it is, lets the caller change the part that
// this package understands, and writes back everything else unchanged, fields of newer servers included.

// get reads one object.
func get[T any](ctx context.Context, c *Client, r call) (T, error) {
	var out T
	r.method = http.MethodGet
	err := c.do(ctx, r, &out)
	return out, err
}

// update reads the object of r.path, changes it and writes it back when it is different. It returns the object as
// changed. Between reading and writing somebody else may write; the server has no means against that. The read-only
// fields are left out of what is written.
func update[T any](ctx context.Context, c *Client, r call, change func(*T), readOnly ...string) (T, error) {
	var out T
	var raw json.RawMessage
	read := r
	read.method = http.MethodGet
	if err := c.do(ctx, read, &raw); err != nil {
		return out, err
	}
	object, changed, err := applied(raw, &out, change)
	if err != nil {
		return out, r.wrap(r.malformed(err))
	}
	if !changed {
		return out, nil
	}
	for _, name := range readOnly {
		delete(object, name)
	}
	r.method, r.body = http.MethodPut, object
	return out, c.do(ctx, r, nil)
}

// applied decodes an object, changes it and lays the changes over the original.
func applied[T any](data []byte, out *T, change func(*T)) (object rawObject, changed bool, err error) {
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return nil, false, err
	}
	before, err := toRaw(out)
	if err != nil {
		return nil, false, err
	}
	change(out)
	after, err := toRaw(out)
	if err != nil {
		return nil, false, err
	}
	if object == nil {
		object = rawObject{}
	}
	for name, value := range after {
		if !bytes.Equal(before[name], value) {
			object[name], changed = value, true
		}
	}
	for name := range before {
		if _, kept := after[name]; !kept {
			object[name], changed = json.RawMessage("null"), true
		}
	}
	return object, changed, nil
}

// create sends an object without what only the server sets, and reads what the server made of it into out. Old servers
// create some things without saying which they made: then created is false.
func (c *Client) create(ctx context.Context, r call, project ProjectID, object, out any) (created bool, err error) {
	raw, err := toRaw(object)
	if err != nil {
		return false, r.wrap(err)
	}
	delete(raw, "id")
	if project != 0 {
		if raw["project_id"], err = json.Marshal(project); err != nil {
			return false, r.wrap(err)
		}
	}
	r.method, r.body = http.MethodPost, raw
	response, err := c.exchange(ctx, r)
	if err != nil {
		return false, r.wrap(err)
	}
	if empty(response.Body) {
		return false, nil
	}
	if err := r.decode(response.Body, out); err != nil {
		return false, r.wrap(err)
	}
	return true, nil
}

// newest finds what was made a moment ago by its name. The server counts these ids upwards.
func newest[T any](r call, list []T, err error, identity func(T) (string, int64), name string) (T, error) {
	var found T
	if err != nil {
		return found, r.wrap(fmt.Errorf("it was created, but its number could not be found: %w", err))
	}
	best := int64(-1)
	for _, one := range list {
		if called, id := identity(one); called == name && id > best {
			found, best = one, id
		}
	}
	if best < 0 {
		return found, r.wrap(r.malformed(fmt.Errorf("the server took %q, but does not list it", oneLine(name, 80))))
	}
	return found, nil
}
