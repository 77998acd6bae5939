// Package boltqueue keeps a bot's place in the event queue in one file, by means of bbolt, so that a bot which was
// away, or was killed, goes on where it was:
//
//	store, err := boltqueue.Open("porter.db")
//	if err != nil {
//		return err // says what is wrong with the file and what to do
//	}
//	defer store.Close()
//	bot, err := zulip.NewBot(client, handler, zulip.WithQueueStore(store))
//
// One file is for one bot and one program; a second process that opens it is refused.
//
// # Exactly once
//
// A kill between what a handler does and the next save repeats that message. For what a handler writes down this need
// not be: [Store.Along] puts it into the same transaction as the place in the queue, and [Store.View] reads it.
//
//	func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
//		store.Along(m.ID, func(notes *bbolt.Bucket) error {
//			return notes.Put([]byte(m.Topic), []byte(m.Content))
//		})
//		return nil
//	}
package boltqueue
