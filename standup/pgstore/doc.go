// Package pgstore keeps a [standup.Store] in a PostgreSQL database, version 10 or
// newer. It is the store for several processes that share their standups, and for
// those whose database is operated anyway.
//
//	db, err := sql.Open("postgres", dsn) // with the driver of your choice
//	if err != nil {
//		return err
//	}
//	store, err := pgstore.New(db)
//	if err != nil {
//		return err
//	}
//	if err := store.Migrate(ctx); err != nil {
//		return err
//	}
//
// All records are rows of one table. The package brings no driver; it has been
// tested with github.com/lib/pq, and needs of any other that its errors have a
// method SQLState() string.
//
// # Transactions
//
// An Update begins by taking an advisory lock that ends with its transaction, so
// that Updates run one after the other whichever process they come from. That is
// simpler than letting them run at once in SERIALIZABLE and repeating the ones
// that collide, and no slower here: every transaction of an engine reads what the
// one before it wrote. Programs that write to the table by other means must take
// the lock too. A View is a REPEATABLE READ, READ ONLY transaction, and neither
// waits for the lock nor holds it.
//
// When the connection is lost while a commit is on its way, nobody has said
// whether it happened. Update then asks the database, on another connection, what
// became of the transaction.
package pgstore
