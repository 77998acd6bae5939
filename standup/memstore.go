package standup

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
)

// maxChunk is the number of records at which a chunk is split in two. It bounds
// what the first write to a chunk copies.
const maxChunk = 256

// MemStore is a [Store] that keeps its records in memory only: the reference for
// other stores, and the store for tests. It is made by [NewMemStore]; the zero
// value is not usable.
//
// Each state is an immutable list of sorted chunks. An Update works on a copy of
// the list, replaces the chunks that it touches, and publishes the new list, so a
// View never waits and sees the state that it began with.
type MemStore struct {
	state  atomic.Pointer[[]*chunk] // nil once closed
	writer chan struct{}            // holds one token while an Update runs
}

// chunk is a run of neighbouring records in ascending order of their keys. It is
// never empty, and never changed once published.
type chunk struct {
	records []Record
}

// NewMemStore returns an empty store.
func NewMemStore() *MemStore {
	s := &MemStore{writer: make(chan struct{}, 1)}
	s.state.Store(new([]*chunk))
	return s
}

// Update implements [Store]. It calls fn once, and waits for a running Update for
// as long as ctx allows.
func (s *MemStore) Update(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	before := s.state.Load()
	if before == nil {
		return ErrStoreClosed
	}
	tx := &memTx{chunks: *before, fresh: make(map[*chunk]bool)}
	if err := fn(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	after := tx.chunks // a copy: the store keeps the list, not the transaction
	if !s.state.CompareAndSwap(before, &after) {
		return ErrStoreClosed
	}
	return nil
}

// View implements [Store]. It never waits.
func (s *MemStore) View(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	state := s.state.Load()
	if state == nil {
		return ErrStoreClosed
	}
	return fn(&memTx{chunks: *state})
}

// Close implements [Store]: it forgets all records. An Update that is running
// fails with [ErrStoreClosed]; a View that is running goes on.
func (s *MemStore) Close() error {
	s.state.Store(nil)
	return nil
}

// memTx is a transaction of a [MemStore].
type memTx struct {
	chunks []*chunk
	// fresh holds the chunks that this transaction made and may therefore
	// change. It is nil in a View.
	fresh map[*chunk]bool
	// copied says that chunks is no longer the published list.
	copied bool
}

// find returns the index of the chunk that holds key or would hold it, the
// position in that chunk, and whether the record is there.
func (tx *memTx) find(key string) (c, i int, found bool) {
	c, found = slices.BinarySearchFunc(tx.chunks, key, func(c *chunk, key string) int {
		return strings.Compare(c.records[0].Key, key)
	})
	if found {
		return c, 0, true
	}
	if c == 0 {
		return 0, 0, false
	}
	c--
	i, found = slices.BinarySearchFunc(tx.chunks[c].records, key, func(r Record, key string) int {
		return strings.Compare(r.Key, key)
	})
	return c, i, found
}

// Get implements [Tx].
func (tx *memTx) Get(key string) ([]byte, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	c, i, found := tx.find(key)
	if !found {
		return nil, nil
	}
	return tx.chunks[c].records[i].Value, nil
}

// own returns chunk c after making sure that this transaction may change it.
func (tx *memTx) own(c int) *chunk {
	if !tx.copied {
		tx.chunks, tx.copied = slices.Clone(tx.chunks), true
	}
	if len(tx.chunks) == 0 {
		tx.chunks = []*chunk{{}}
		tx.fresh[tx.chunks[0]] = true
	}
	if old := tx.chunks[c]; !tx.fresh[old] {
		tx.chunks[c] = &chunk{records: slices.Clone(old.records)}
		tx.fresh[tx.chunks[c]] = true
	}
	return tx.chunks[c]
}

// Put implements [Tx].
func (tx *memTx) Put(key string, value []byte) error {
	if tx.fresh == nil {
		return ErrReadOnly
	}
	if err := CheckKey(key); err != nil {
		return err
	}
	record := Record{Key: strings.Clone(key), Value: make([]byte, len(value))}
	copy(record.Value, value)
	c, i, found := tx.find(key)
	chunk := tx.own(c)
	if found {
		chunk.records[i] = record
		return nil
	}
	chunk.records = slices.Insert(chunk.records, i, record)
	if len(chunk.records) > maxChunk {
		tx.split(c)
	}
	return nil
}

// split moves the upper half of chunk c to a chunk of its own.
func (tx *memTx) split(c int) {
	low := tx.chunks[c]
	half := len(low.records) / 2
	high := &chunk{records: slices.Clone(low.records[half:])}
	clear(low.records[half:])
	low.records = low.records[:half]
	tx.fresh[high] = true
	tx.chunks = slices.Insert(tx.chunks, c+1, high)
}

// Delete implements [Tx].
func (tx *memTx) Delete(key string) error {
	if tx.fresh == nil {
		return ErrReadOnly
	}
	if err := CheckKey(key); err != nil {
		return err
	}
	c, i, found := tx.find(key)
	if !found {
		return nil
	}
	chunk := tx.own(c)
	chunk.records = slices.Delete(chunk.records, i, i+1)
	if len(chunk.records) == 0 {
		tx.chunks = slices.Delete(tx.chunks, c, c+1)
	}
	return nil
}

// Scan implements [Tx].
func (tx *memTx) Scan(prefix, from string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		c, i, _ := tx.find(max(prefix, from))
		for ; c < len(tx.chunks); c, i = c+1, 0 {
			for _, r := range tx.chunks[c].records[i:] {
				if !strings.HasPrefix(r.Key, prefix) || !yield(r, nil) {
					return
				}
			}
		}
	}
}
