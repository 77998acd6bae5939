package chatops

import (
	"context"
	"errors"
	"iter"
)

// ErrStoreClosed is returned by a [Store] that has been closed.
var ErrStoreClosed = errors.New("chatops: store is closed")

// ErrReadOnly is returned by writes inside [Store.View].
var ErrReadOnly = errors.New("chatops: transaction is read-only")

// Store keeps everything an [Engine] knows: an ordered map from string keys to byte values, changed in transactions.
// What the records mean is known only to this package. Package boltstore has the one for a file; every store of
// package standup is one too, and its conformance suite is the contract of both.
//
// A Store is safe for concurrent use. It is closed by whoever opened it, after the engine's Run has returned.
type Store interface {
	// Update runs fn in a transaction that reads and writes. If fn returns nil, everything it wrote is durable when
	// Update returns nil; if fn returns an error or panics, or if Update returns an error, nothing was written.
	//
	// Updates behave as if they ran one after the other. A store may call fn more than once to get there, so fn has no
	// effects besides its Tx. The error of fn is returned so that errors.Is finds it.
	Update(ctx context.Context, fn func(Tx) error) error

	// View runs fn in a transaction that only reads and sees one consistent state. Writing in it is an error.
	View(ctx context.Context, fn func(Tx) error) error

	// Close releases the store; using it afterwards is an error. Closing twice is harmless.
	Close() error
}

// Tx is one transaction of a [Store]. It is valid only inside the function that received it and is not safe for
// concurrent use. A transaction sees its own writes. (It is an alias so that one store serves several packages.)
type Tx = interface {
	// Get returns the value of key, or nil when there is none. The caller may keep the slice but not change it.
	Get(key string) ([]byte, error)

	// Put sets the value of key. The store copies value. Keys are not empty and at most 1,024 bytes of printable ASCII.
	Put(key string, value []byte) error

	// Delete removes key; removing what is absent is no error.
	Delete(key string) error

	// Scan yields the records whose key starts with prefix and is not less than from, in ascending byte order of their
	// keys. It reads no further than the caller ranges. An error is yielded once, last. Writing while ranging is not
	// allowed: collect first.
	Scan(prefix, from string) iter.Seq2[Record, error]
}

// Record is one key and its value in a [Store]. The value may be kept but not changed.
type Record = struct {
	Key   string
	Value []byte
}
