package semaphore

import "context"

// Reference is a thing that uses another.
type Reference struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// References are the things that use a key, a repository, an inventory, an environment or a template, and keep it
// from being deleted.
type References struct {
	Templates    []Reference `json:"templates"`
	Inventories  []Reference `json:"inventories"`
	Repositories []Reference `json:"repositories"`
	// Integrations and Schedules are empty on servers before 2.16.
	Integrations []Reference `json:"integrations"`
	Schedules    []Reference `json:"schedules"`
}

func (c *Client) references(ctx context.Context, op string, path []string) (References, error) {
	return get[References](ctx, c, call{op: op, path: append(path, "refs")})
}
