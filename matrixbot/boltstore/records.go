package boltstore

// Records is an ordered set of records of the bot's own, each a key and a value. It is made
// by [Store.Records].
type Records struct {
	store *Store
	name  string
}

// Record is a key and its value.
type Record struct {
	Key   string
	Value []byte
}

// Records returns the set with that name. Sets with different names have nothing in
// common. There is nothing to create: a set without records is as good as none.
func (s *Store) Records(name string) *Records { return &Records{store: s, name: name} }

// Get returns the value at key, or nil where there is none. The caller owns it. A value
// that is empty is not nil.
func (r *Records) Get(key string) (value []byte, err error) {
	err = r.store.Update(func(tx *Tx) error {
		value = tx.Get(r, key)
		return nil
	})
	return value, err
}

// Put writes the value at key. A key longer than 32 kilobytes is refused.
func (r *Records) Put(key string, value []byte) error {
	return r.store.Update(func(tx *Tx) error { return tx.Put(r, key, value) })
}

// Delete removes the record at key, if there is one.
func (r *Records) Delete(key string) error {
	return r.store.Update(func(tx *Tx) error { return tx.Delete(r, key) })
}

// Scan returns the records whose keys begin with prefix, in the order of keys as bytes. The
// empty prefix is for all of them. The caller owns the records.
func (r *Records) Scan(prefix string) (found []Record, err error) {
	err = r.store.Update(func(tx *Tx) error {
		found = tx.Scan(r, prefix)
		return nil
	})
	return found, err
}

// Get is [Records.Get] within [Store.Update].
func (tx *Tx) Get(r *Records, at string) []byte { return clone(tx.get(recordsBucket, key(r.name, at))) }

// Put is [Records.Put] within [Store.Update].
func (tx *Tx) Put(r *Records, at string, value []byte) error {
	return tx.put(recordsBucket, key(r.name, at), value)
}

// Delete is [Records.Delete] within [Store.Update].
func (tx *Tx) Delete(r *Records, at string) error { return tx.remove(recordsBucket, key(r.name, at)) }

// Scan is [Records.Scan] within [Store.Update].
func (tx *Tx) Scan(r *Records, beginning string) []Record {
	var found []Record
	for rest, value := range tx.lend(recordsBucket, key(r.name, beginning)) {
		found = append(found, Record{Key: beginning + string(rest), Value: clone(value)})
	}
	return found
}
