package boltstore

import (
	"encoding/binary"
	"fmt"
)

// key makes one key of several parts. Each part but the last has its length in front: no
// part, whatever bytes a stranger puts into a user or device id, can look like two. Keys
// that agree in all but the last part are in the order of the last part.
func key(parts ...string) []byte {
	last := len(parts) - 1
	return append(prefix(parts[:last]...), parts[last]...)
}

// prefix makes the beginning that all keys with these parts and one more have.
func prefix(parts ...string) []byte {
	var k []byte
	for _, part := range parts {
		k = binary.AppendUvarint(k, uint64(len(part)))
		k = append(k, part...)
	}
	return k
}

// split takes the first n parts from a key; rest is the last part.
func split(k []byte, n int) (parts []string, rest string, err error) {
	for range n {
		size, used := binary.Uvarint(k)
		if used <= 0 || size > uint64(len(k)-used) {
			return nil, "", damaged("a key")
		}
		k = k[used:]
		parts = append(parts, string(k[:size]))
		k = k[size:]
	}
	return parts, string(k), nil
}

// damaged says which kind of record cannot be read.
func damaged(what string) error {
	return fmt.Errorf("boltstore: %w: %s (restore a backup, or start with a new store)", ErrDamaged, what)
}
