package matrixbot

import "maunium.net/go/mautrix/id"

// Reaction is a reaction to an event: an emoji, mostly.
type Reaction struct {
	Key string     // What was chosen, such as "👍".
	To  id.EventID // The event that it is put on.
}
