// Package boltstore keeps a [chatops.Store] in one file, by means of bbolt. It is the store for one process: nothing has
// to be installed or run beside the bot.
//
//	store, err := boltstore.Open("deploy.db")
//	if err != nil {
//		return err // says what is wrong with the file and what to do
//	}
//	defer store.Close()
//
// What an Update committed is on the disk when it returns: it survives the end of the process, however sudden, and the
// end of the machine. That costs two waits for the disk for each Update, and nothing for a View.
//
// Open accepts a file only after it has read all of it: a file of another program, a damaged one or one from a newer
// version is refused and not changed.
//
// The file holds who asked for what, and is not encrypted; only its owner may read it (mode 0600). It holds no answer to
// a secret question of a survey: those stay in memory. [Store.Backup] copies it while it is in use; copying the file by
// other means is safe only while no process has it open. The file does not shrink: the space of deleted records is used
// again.
package boltstore
