package semaphoretest

import (
	"net/http"
	"slices"
	"strings"
)

// A thing is what projects hold in lists: a pointer to a struct with the API's fields.
type thing[T any] interface {
	*T
	key() *int
	title() string
}

// A collection says how the things of one kind are read and changed.
type collection[T any, P thing[T]] struct {
	kind   string // in counters and the history, such as "key"
	name   string // in sentences, such as "Access Key"
	list   func(p *project) *[]*T
	silent bool // Gen210 answers a creation with 204 and no id

	// called is what the history calls a thing, empty if it is not mentioned; nil is the name and the title.
	called func(v *T) string
	// check refuses a new or changed thing, and puts right what the server puts right; old is nil for a new one.
	check func(s *Server, c *call, body, old *T) *answer
	// saved works on what came with the thing, after it was stored.
	saved func(s *Server, c *call, stored, body *T)
	// users finds what needs a thing; nil is nothing.
	users func(p *project, id int) refs
	// sorts are the orders that a list can have besides that by name; Bolt has none of them.
	sorts map[string]func(p *project, v *T) string
	// item is the thing as GET shows it alone, and row as it is in the list; nil is as it is.
	item, row func(s *Server, p *project, v T) T
}

// refs are the things that need another.
type refs struct {
	Templates    []named `json:"templates"`
	Inventories  []named `json:"inventories"`
	Repositories []named `json:"repositories"`
	Integrations []named `json:"integrations" gen:"216"`
	Schedules    []named `json:"schedules" gen:"216"`
}

type named struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func noRefs() refs { return refs{[]named{}, []named{}, []named{}, []named{}, []named{}} }

func (r refs) any() bool {
	return len(r.Templates)+len(r.Inventories)+len(r.Repositories)+len(r.Integrations)+len(r.Schedules) > 0
}

// pick lists those things for which need is true.
func pick[T any, P thing[T]](things []*T, need func(*T) bool) []named {
	found := []named{}
	for _, v := range things {
		if need(v) {
			id := P(v).key()
			found = append(found, named{*id, P(v).title()})
		}
	}
	return found
}

// find looks for the thing with an id.
func find[T any, P thing[T]](things []*T, id int) *T {
	for _, v := range things {
		if own := P(v).key(); *own == id {
			return v
		}
	}
	return nil
}

// is reports whether an optional id is this one.
func is(p *int, id int) bool { return p != nil && *p == id }

// compareNames orders names as the database does: MySQL does not tell small letters from great ones.
func (s *Server) compareNames(a, b string) int {
	if s.db == MySQL {
		a, b = strings.ToLower(a), strings.ToLower(b)
	}
	return strings.Compare(a, b)
}

// routes are the operations on a collection at a path below a project.
func (k collection[T, P]) routes(path string) []route {
	base := "/project/{project_id}/" + path
	return []route{
		{method: "GET", path: base, handle: k.getAll},
		{method: "POST", path: base, handle: k.post, may: mayManage},
		{method: "GET", path: base + "/{id}", handle: k.with(k.get)},
		{method: "PUT", path: base + "/{id}", handle: k.with(k.put), may: mayManage},
		{method: "DELETE", path: base + "/{id}", handle: k.with(k.remove), may: mayManage},
		{method: "GET", path: base + "/{id}/refs", handle: k.with(k.getRefs)},
	}
}

// with finds the thing of the path.
func (k collection[T, P]) with(handle func(*Server, *call, *T) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		id, ok := c.id("id")
		if !ok {
			return empty(http.StatusBadRequest)
		}
		v := find[T, P](*k.list(c.project), id)
		if v == nil {
			return empty(http.StatusNotFound)
		}
		return handle(s, c, v)
	}
}

// getAll lists the things, on Bolt by id and elsewhere by name unless the query wants them sorted.
func (k collection[T, P]) getAll(s *Server, c *call) answer {
	return s.reply(http.StatusOK, k.rows(s, c, func(*T) bool { return true }))
}

func (k collection[T, P]) rows(s *Server, c *call, want func(*T) bool) []T {
	list := []T{}
	for _, v := range *k.list(c.project) {
		if !want(v) {
			continue
		}
		row := *v
		if k.row != nil {
			row = k.row(s, c.project, row)
		}
		list = append(list, row)
	}
	query := c.r.URL.Query()
	if query.Get("sort") != "name" && s.db == Bolt {
		return list
	}
	order := func(_ *project, v *T) string { return P(v).title() }
	if other := k.sorts[query.Get("sort")]; other != nil && s.db != Bolt {
		order = other
	}
	slices.SortStableFunc(list, func(a, b T) int { return s.compareNames(order(c.project, &a), order(c.project, &b)) })
	if query.Get("order") == "desc" {
		slices.Reverse(list)
	}
	return list
}

func (k collection[T, P]) show(s *Server, p *project, v *T) T {
	if k.item == nil {
		return *v
	}
	return k.item(s, p, *v)
}

func (k collection[T, P]) get(s *Server, c *call, v *T) answer {
	return s.reply(http.StatusOK, k.show(s, c.project, v))
}

func (k collection[T, P]) post(s *Server, c *call) answer {
	body := new(T)
	if !c.bind(body) {
		return empty(http.StatusBadRequest)
	}
	if refused := k.check(s, c, body, nil); refused != nil {
		return *refused
	}
	v := k.add(s, c, body)
	if k.silent && s.gen == Gen210 {
		return noContent()
	}
	return s.reply(http.StatusCreated, k.show(s, c.project, v))
}

// add stores a new thing.
func (k collection[T, P]) add(s *Server, c *call, body *T) *T {
	v := new(*body)
	id := P(v).key()
	*id = s.nextID(k.kind, c.project)
	*k.list(c.project) = append(*k.list(c.project), v)
	if k.saved != nil {
		k.saved(s, c, v, body)
	}
	k.note(s, c, v, "created")
	return v
}

func (k collection[T, P]) put(s *Server, c *call, v *T) answer {
	body := new(T)
	if !c.bind(body) {
		return empty(http.StatusBadRequest)
	}
	if refused := k.check(s, c, body, v); refused != nil {
		return *refused
	}
	*v = *body
	if k.saved != nil {
		k.saved(s, c, v, body)
	}
	k.note(s, c, v, "updated")
	return noContent()
}

func (k collection[T, P]) refs(p *project, v *T) refs {
	if k.users == nil {
		return noRefs()
	}
	id := P(v).key()
	return k.users(p, *id)
}

func (k collection[T, P]) getRefs(s *Server, c *call, v *T) answer {
	return s.reply(http.StatusOK, k.refs(c.project, v))
}

func (k collection[T, P]) remove(s *Server, c *call, v *T) answer {
	if k.refs(c.project, v).any() {
		return inUse(k.name)
	}
	rows := k.list(c.project)
	*rows = slices.DeleteFunc(*rows, func(other *T) bool { return other == v })
	k.note(s, c, v, "deleted")
	return noContent()
}

// sameIDs is the check that body and address speak of the same thing; what is its name in the refusal.
func sameIDs[T any, P thing[T]](c *call, project int, body, old *T, what string) *answer {
	if old != nil && *P(old).key() != *P(body).key() {
		return badRequest(what + " ID in body and URL must be the same")
	}
	if project != c.project.ID {
		return badRequest(otherProject)
	}
	return nil
}

// note adds what was done with a thing to the history.
func (k collection[T, P]) note(s *Server, c *call, v *T, done string) {
	called := k.name + " " + P(v).title()
	if k.called != nil {
		called = k.called(v)
	}
	if called != "" {
		s.note(c.project, c.user.ID, k.kind, *P(v).key(), called+" "+done)
	}
}
