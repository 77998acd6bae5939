package boltstore

import (
	"encoding/binary"
	"time"
)

// timeSize is how many bytes a time takes in a record.
const timeSize = 12

// appendTime appends an instant, to the nanosecond. Every [time.Time] has one, also the zero
// value and those too far away for UnixNano.
func appendTime(to []byte, t time.Time) []byte {
	to = binary.BigEndian.AppendUint64(to, uint64(t.Unix()))
	return binary.BigEndian.AppendUint32(to, uint32(t.Nanosecond()))
}

// readTime reads what appendTime appended, from timeSize bytes.
func readTime(from []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64(from)), int64(binary.BigEndian.Uint32(from[8:])))
}
