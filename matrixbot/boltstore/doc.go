// Package boltstore keeps everything that a Matrix bot has to remember in one file, by
// means of bbolt: the keys of end-to-end encryption, what is known of rooms, the place in
// the sync stream, running verifications, and the bot's own records.
//
//	store, err := boltstore.Open("data/bot.db")
//	if err != nil {
//		return err // says what is wrong with the file and what to do
//	}
//	defer store.Close()
//	client.Client.Transport = store.Barrier(client.Client.Transport)
//	client.StateStore = store.State()
//	client.Store = store.Sync()
//
// Each kind of data has a door of its own: [Store.State], [Store.Sync] and [Store.Records],
// and in builds with the tag goolm or libolm Store.Crypto and Store.Verification. All doors
// lead to one transaction, so that a message, the keys that decrypted it and the token
// that says it was received reach the disk together or not at all.
//
// # When data is on the disk
//
// A write is seen by every later read at once, but waits for company before it goes to the
// disk: waiting for a disk costs far more than writing. [Store.Flush] commits what has
// gathered. So does [Store.Barrier] before each request to the homeserver, which gives the
// rule that counts: nothing leaves the bot that the bot could forget. What is not committed
// when the process dies was never told to anybody, and the homeserver sends it again. One
// second after a write it is committed in any case; see [CommitAfter].
//
// The barrier guards the requests of one HTTP client. A program that does something in the
// outside world by other means calls [Store.Flush] first.
//
// A commit that fails, as on a full disk, ends the use of the store: memory is ahead of
// the disk then, and going on would reuse keys. Every later call returns the error.
//
// # The file
//
// Only its owner may read it (mode 0600), and only one process has it open. Private keys
// in it are encrypted with the pickle key, see [LoadPickleKey]; device lists, room and event
// ids, member names, the sync token and the secrets of a verification that is under way
// are not. [Store.Backup] copies it while it is in use. It does not shrink by itself: see
// [Compact].
package boltstore
