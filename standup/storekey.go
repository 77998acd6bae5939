package standup

import "fmt"

// maxKey is the longest key of a record, in bytes.
const maxKey = 1024

// CheckKey reports why key cannot name a record, or nil if it can: a key is 1 to
// 1,024 bytes of printable ASCII, space to tilde. Every [Store] calls it in
// [Tx.Get], [Tx.Put] and [Tx.Delete], so what one store accepts all accept.
func CheckKey(key string) error {
	if key == "" {
		return fmt.Errorf("standup: key is empty (use 1 to %d bytes)", maxKey)
	}
	if len(key) > maxKey {
		return fmt.Errorf("standup: key of %d bytes is too long (use at most %d)", len(key), maxKey)
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return fmt.Errorf("standup: key has the byte 0x%02x at position %d (use printable ASCII only)", key[i], i)
		}
	}
	return nil
}
