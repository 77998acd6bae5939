package boltfile

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
	"os"
)

// The parts of a bbolt file that verify reads, in the byte order of the machine.
// A page begins with its id (8 bytes), flags (2), count of elements (2) and number
// of further pages that belong to it (4); the elements are 16 bytes each.
const (
	headerSize  = 16
	elementSize = 16

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	bucketElement = 0x01

	noFreelist = ^uint64(0)

	// maxDepth is beyond any tree that fits on a disk.
	maxDepth = 32
)

// verify reads every page of a bbolt file that the transaction txid can reach, and
// reports whether something is wrong with their structure: bounds, kinds, order of
// keys, pages used twice or listed as free. bbolt itself trusts its pages, and a
// wrong page number makes it touch memory that is not there, which no recover
// stops. bbolt keeps no checksum of its pages, so a value that was changed on the
// disk is not noticed.
func verify(file *os.File, pageSize int64, txid uint64) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if pageSize < 512 || pageSize > 1<<24 {
		return damage("pages of %d bytes", pageSize)
	}
	meta, err := readMeta(file, pageSize, txid)
	if err != nil {
		return err
	}
	root, freelist, pages := word64(meta, 16), word64(meta, 32), word64(meta, 40)
	if have := uint64(info.Size() / pageSize); pages > have {
		return damage("it is cut short, %d of %d pages are there", have, pages)
	}
	v := &verifier{file: file, pageSize: pageSize, seen: make([]bool, pages)}
	if err := v.freelist(freelist); err != nil {
		return err
	}
	return v.tree(root, &cursor{}, 0)
}

// readMeta returns the meta page that transaction txid wrote, without its header:
// magic, version, page size and flags (4 bytes each), then root, sequence, freelist,
// number of pages, transaction and the FNV-1a sum of all that (8 bytes each). There
// are two, at the beginning of the first two pages; the other one is older, or was
// being written when the process ended.
func readMeta(file io.ReaderAt, pageSize int64, txid uint64) ([]byte, error) {
	for i := range int64(2) {
		meta := make([]byte, 64)
		if _, err := file.ReadAt(meta, i*pageSize+headerSize); err != nil {
			return nil, damage("the beginning cannot be read: %w", err)
		}
		sum := fnv.New64a()
		_, _ = sum.Write(meta[:56])
		if word64(meta, 48) == txid && word64(meta, 56) == sum.Sum64() {
			return meta, nil
		}
	}
	return nil, damage("the beginning changed while it was read")
}

// verifier holds what is known about the pages of one file.
type verifier struct {
	file     io.ReaderAt
	pageSize int64
	seen     []bool // by page: in use or free; each page is one of them, once
}

// cursor is the place reached in the ordered walk over the keys of one bucket.
type cursor struct {
	key      []byte
	fromLeaf bool
	started  bool
}

// next moves to key. A branch repeats a key that is not above the first below it;
// the keys of leaves ascend.
func (c *cursor) next(key []byte, leaf bool) bool {
	order := bytes.Compare(key, c.key)
	ok := !c.started || order > 0 || order == 0 && !c.fromLeaf
	c.key, c.fromLeaf, c.started = key, leaf, true
	return ok
}

func word64(b []byte, at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
func word32(b []byte, at int) uint64 { return uint64(binary.NativeEndian.Uint32(b[at:])) }

// claim marks a page as in use or free; it can be so only once.
func (v *verifier) claim(id uint64) error {
	if id < 2 || id >= uint64(len(v.seen)) {
		return damage("there is no page %d", id)
	}
	if v.seen[id] {
		return damage("page %d is used twice", id)
	}
	v.seen[id] = true
	return nil
}

// page reads page id with the pages that belong to it.
func (v *verifier) page(id uint64) ([]byte, error) {
	if err := v.claim(id); err != nil {
		return nil, err
	}
	header := make([]byte, headerSize)
	if _, err := v.file.ReadAt(header, int64(id)*v.pageSize); err != nil {
		return nil, damage("page %d cannot be read: %w", id, err)
	}
	more := word32(header, 12)
	if word64(header, 0) != id || id+more >= uint64(len(v.seen)) {
		return nil, damage("page %d has a wrong header", id)
	}
	for further := id + 1; further <= id+more; further++ {
		if err := v.claim(further); err != nil {
			return nil, err
		}
	}
	page := make([]byte, int64(more+1)*v.pageSize)
	if _, err := v.file.ReadAt(page, int64(id)*v.pageSize); err != nil {
		return nil, damage("page %d cannot be read: %w", id, err)
	}
	return page, nil
}

// header returns the flags and the number of elements of a page.
func header(page []byte) (flags uint16, count int) {
	return binary.NativeEndian.Uint16(page[8:]), int(binary.NativeEndian.Uint16(page[10:]))
}

// freelist claims the pages that are free.
func (v *verifier) freelist(id uint64) error {
	if id == noFreelist {
		return nil
	}
	page, err := v.page(id)
	if err != nil {
		return err
	}
	flags, count := header(page)
	list := page[headerSize:]
	if count == 0xffff { // too many for the field: the first entry is their number
		if word64(list, 0) > uint64(len(list)) {
			return damage("the list of free pages is too long")
		}
		count, list = int(word64(list, 0)), list[8:]
	}
	if flags != freelistPage || count > len(list)/8 {
		return damage("page %d is no list of free pages", id)
	}
	for i := range count {
		if err := v.claim(word64(list, 8*i)); err != nil {
			return err
		}
	}
	return nil
}

// tree walks the part of a bucket that is below page id.
func (v *verifier) tree(id uint64, at *cursor, depth int) error {
	page, err := v.page(id)
	if err != nil {
		return err
	}
	flags, count := header(page)
	if depth > maxDepth || headerSize+count*elementSize > len(page) {
		return damage("page %d has too many levels or elements", id)
	}
	if flags == leafPage {
		return v.leaf(page, at, depth)
	}
	if flags != branchPage || count == 0 {
		return damage("page %d is neither a branch nor a leaf", id)
	}
	for i := range count {
		// An element of a branch: position of the key from here, its size, page.
		element := page[headerSize+i*elementSize:]
		key, _, ok := payload(element, word32(element, 0), word32(element, 4), 0)
		if !ok || !at.next(key, false) {
			return damage("a key of page %d is out of bounds or order", id)
		}
		if err := v.tree(word64(element, 8), at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// leaf walks the elements of a leaf, whose header has been checked, and the
// buckets in it.
func (v *verifier) leaf(page []byte, at *cursor, depth int) error {
	_, count := header(page)
	for i := range count {
		// An element of a leaf: flags, position of the key from here, sizes of
		// the key and of the value that follows it.
		element := page[headerSize+i*elementSize:]
		key, value, ok := payload(element, word32(element, 4), word32(element, 8), word32(element, 12))
		if !ok || !at.next(key, true) {
			return damage("a key of page %d is out of bounds or order", word64(page, 0))
		}
		if word32(element, 0)&bucketElement == 0 {
			continue
		}
		if err := v.bucket(value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// payload returns the key and the value of an element, whose position counts from
// its own beginning.
func payload(element []byte, at, keySize, valueSize uint64) (key, value []byte, ok bool) {
	if at < elementSize || at+keySize+valueSize > uint64(len(element)) {
		return nil, nil, false
	}
	return element[at : at+keySize], element[at+keySize : at+keySize+valueSize], true
}

// bucket walks a bucket in a leaf. Its value is a root page and a sequence number;
// without a root page the bucket is small, and a leaf page follows in the value.
func (v *verifier) bucket(value []byte, depth int) error {
	if len(value) < headerSize {
		return damage("a bucket is cut short")
	}
	if root := word64(value, 0); root != 0 {
		return v.tree(root, &cursor{}, depth)
	}
	page := value[headerSize:]
	if len(page) < headerSize {
		return damage("a bucket is cut short")
	}
	if flags, count := header(page); flags != leafPage || headerSize+count*elementSize > len(page) || depth > maxDepth {
		return damage("a small bucket is no leaf")
	}
	if word64(page, 0) != 0 || word32(page, 12) != 0 {
		return damage("a small bucket claims a page of its own") // bbolt would free that page.
	}
	return v.leaf(page, &cursor{}, depth)
}
