package matrixbot

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Handler answers one message. It may block for as long as its context lets it; messages of other rooms go on
// meanwhile, those of the same room wait. An error is logged and answered with a sentence that carries its number.
//
// A handler that was interrupted by the end of the process runs again from its beginning, see [Request.Attempt].
// What it sends through the Request is sent once all the same.
type Handler func(ctx context.Context, r *Request) error

// Middleware makes a handler out of a handler.
type Middleware func(Handler) Handler

// Request is a message that somebody sent, and the way to answer it. Its methods may be called from one goroutine at a
// time, and only until the handler returns.
type Request struct {
	Room      id.RoomID
	Event     id.EventID
	Sender    id.UserID
	Device    id.DeviceID // That sent it; "" unless it was encrypted and is known.
	Time      time.Time   // When the sender's server says it was sent.
	Text      string      // The plain body, without the quotation of a reply.
	Thread    id.EventID  // The thread's first event; "" outside threads.
	ReplyTo   id.EventID  // The event that this one answers; "" if none.
	Mentioned bool        // The message mentions the bot.
	Direct    bool        // Nobody but the sender and the bot is in the room.
	Encrypted bool        // The message was encrypted.
	Trust     e2ee.Trust  // In the device that sent it.
	Attempt   int         // 1, or more after a crash in the middle.
	TooOld    bool        // It is older than Config.MaxAge, so that [Config].TooOld got it.
	Reaction  *Reaction   // Set for a reaction, which has no text.
	Raw       *event.Event

	sender sender
	sent   int // how often the handler has sent something: the next one's number
}

// outgoing is something that a bot sends into a room: content of a type, once, however often it is asked for with the
// same key.
type outgoing struct {
	Room    id.RoomID
	Key     string     // Stable: the request's event and the number of the send.
	Type    event.Type // With its class.
	Content any        // As encoding/json takes it.
	Redacts id.EventID // Set for a redaction, which has no content of its own but a reason.
}

// sender is what a Request needs of the bot. A [Bot] is one.
type sender interface {
	// send commits what is to be sent, sends it, and returns the id of its event.
	send(ctx context.Context, out outgoing) (id.EventID, error)
	// own is the bot's user id.
	own() id.UserID
	// delivered says whether something with this key was sent or waits to be sent.
	delivered(key string) (bool, error)
	// upload stores a file and returns the message that shows it.
	upload(ctx context.Context, room id.RoomID, f *File) (*event.MessageEventContent, error)
	// download returns an attachment of at most so many bytes.
	download(ctx context.Context, content *event.MessageEventContent, most int64) ([]byte, error)
	typing(ctx context.Context, room id.RoomID, d time.Duration) error
	markRead(ctx context.Context, room id.RoomID, event id.EventID) error
	// storage is where the bot's records are.
	storage() *boltstore.Store
	// roomState is what is known of rooms.
	roomState() mautrix.StateStore
}

// errNoBot is what a request answers that no bot made.
var errNoBot = errors.New("matrixbot: the request does not come from a bot")

// bot returns what answers the request.
func (r *Request) bot() (sender, error) {
	if r.sender == nil {
		return nil, errNoBot
	}
	return r.sender, nil
}
