package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
)

// A sealed file begins with the mark, the salt and the number of rounds by
// which the key is made of the passphrase. Then come chunks of AES-256-GCM. The
// number of a chunk is its nonce, with a last byte that says whether it is the
// last one: so no chunk can be left out, put elsewhere or cut off.
const (
	sealMark   = "deploybot backup 1\n"
	saltSize   = 16
	headerSize = len(sealMark) + saltSize + 4
	chunkSize  = 64 << 10
	sealRounds = 600_000

	// The rounds of a file that somebody else made are believed within these.
	leastRounds = 100_000
	mostRounds  = 10_000_000
)

var (
	errNoBackup = errors.New("this is no backup of deploybot, or of a newer version")
	errSeal     = errors.New("the passphrase is another one, or the backup is damaged or cut short")
)

// chunkCipher seals and opens the chunks of one file, in order.
type chunkCipher struct {
	aead   cipher.AEAD
	header []byte
	next   uint64
}

func newChunkCipher(passphrase string, header []byte) (*chunkCipher, error) {
	salt := header[len(sealMark) : len(sealMark)+saltSize]
	rounds := binary.BigEndian.Uint32(header[len(sealMark)+saltSize:])
	if rounds < leastRounds || rounds > mostRounds {
		return nil, errNoBackup
	}
	const keySize = 32
	key, err := pbkdf2.Key(sha256.New, passphrase, salt, int(rounds), keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &chunkCipher{aead: aead, header: header}, err
}

func (c *chunkCipher) nonce(last bool) []byte {
	nonce := make([]byte, c.aead.NonceSize())
	binary.BigEndian.PutUint64(nonce[3:], c.next)
	if last {
		nonce[len(nonce)-1] = 1
	}
	c.next++
	return nonce
}

// sealer is a writer whose Close writes the last chunk.
type sealer struct {
	*chunkCipher

	to     io.Writer
	chunk  []byte
	sealed []byte
}

// newSealer begins a sealed file.
func newSealer(to io.Writer, passphrase string, rounds uint32) (*sealer, error) {
	header := make([]byte, headerSize)
	copy(header, sealMark)
	_, _ = rand.Read(header[len(sealMark) : len(sealMark)+saltSize]) // It never fails.
	binary.BigEndian.PutUint32(header[len(sealMark)+saltSize:], rounds)
	c, err := newChunkCipher(passphrase, header)
	if err != nil {
		return nil, err
	}
	if _, err := to.Write(header); err != nil {
		return nil, err
	}
	return &sealer{chunkCipher: c, to: to, chunk: make([]byte, 0, chunkSize)}, nil
}

// Write seals what fills a chunk when more comes.
func (s *sealer) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if len(s.chunk) == chunkSize {
			if err := s.flush(false); err != nil {
				return n, err
			}
		}
		fits := min(len(p), chunkSize-len(s.chunk))
		s.chunk = append(s.chunk, p[:fits]...)
		p, n = p[fits:], n+fits
	}
	return n, nil
}

func (s *sealer) flush(last bool) error {
	s.sealed = s.aead.Seal(s.sealed[:0], s.nonce(last), s.chunk, s.header)
	s.chunk = s.chunk[:0]
	_, err := s.to.Write(s.sealed)
	return err
}

// Close ends the file; it does not close what it writes to.
func (s *sealer) Close() error { return s.flush(true) }

// unsealer is a reader that gives nothing that was not found to be true, and
// io.EOF only after the last chunk.
type unsealer struct {
	*chunkCipher

	from  io.Reader
	ahead []byte // The chunk that comes next, sealed: whether it is the last shows when no more follows.
	plain []byte
	done  bool
}

// newUnsealer reads the head of a sealed file.
func newUnsealer(from io.Reader, passphrase string) (*unsealer, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(from, header); err != nil || !bytes.HasPrefix(header, []byte(sealMark)) {
		return nil, errNoBackup
	}
	c, err := newChunkCipher(passphrase, header)
	if err != nil {
		return nil, err
	}
	u := &unsealer{chunkCipher: c, from: from}
	u.ahead, err = u.read()
	return u, err
}

// read returns the next sealed chunk; an empty one after the last.
func (u *unsealer) read() ([]byte, error) {
	sealed := make([]byte, chunkSize+u.aead.Overhead())
	n, err := io.ReadFull(u.from, sealed)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return sealed[:n], err
}

// Read implements [io.Reader].
func (u *unsealer) Read(p []byte) (int, error) {
	for len(u.plain) == 0 {
		if u.done {
			return 0, io.EOF
		}
		after, err := u.read()
		if err != nil {
			return 0, err
		}
		u.done = len(after) == 0
		if u.plain, err = u.aead.Open(nil, u.nonce(u.done), u.ahead, u.header); err != nil {
			return 0, errSeal
		}
		u.ahead = after
	}
	n := copy(p, u.plain)
	u.plain = u.plain[n:]
	return n, nil
}
