package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const passphrase = "correct horse battery staple"

func sealed(tb testing.TB, plain []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	s, err := newSealer(&out, passphrase, leastRounds)
	require.NoError(tb, err)
	for part := range slicesOf(plain, 1000) { // As small writes.
		n, err := s.Write(part)
		require.NoError(tb, err)
		require.Len(tb, part, n)
	}
	require.NoError(tb, s.Close())
	return out.Bytes()
}

// slicesOf cuts data into pieces.
func slicesOf(data []byte, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			n := min(size, len(data))
			if !yield(data[:n]) {
				return
			}
			data = data[n:]
		}
	}
}

func unsealed(data []byte, passphrase string) ([]byte, error) {
	u, err := newUnsealer(bytes.NewReader(data), passphrase)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(u)
}

func TestSealedComesBack(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 5} {
		plain := bytes.Repeat([]byte("canary-"), size/7+1)[:size]
		file := sealed(t, plain)
		got, err := unsealed(file, passphrase)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(plain, got), size)
		assert.NotContains(t, string(file), "canary")
		assert.NotEqual(t, file, sealed(t, plain), "each has a key of its own")
	}
}

func TestSealBroken(t *testing.T) {
	t.Parallel()
	file := sealed(t, make([]byte, 2*chunkSize+10))
	const chunk = chunkSize + 16
	first, second := file[headerSize:headerSize+chunk], file[headerSize+chunk:headerSize+2*chunk]
	head, last := file[:headerSize], file[headerSize+2*chunk:]
	flipped := bytes.Clone(file)
	flipped[headerSize+chunk+5] ^= 1
	salted := bytes.Clone(file)
	salted[len(sealMark)] ^= 1
	rounds := bytes.Clone(file)
	rounds[headerSize-1] ^= 1
	costly := bytes.Clone(file)
	costly[headerSize-4] = 0xff
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"one bit":             {flipped, errSeal},
		"another salt":        {salted, errSeal},
		"other rounds":        {rounds, errSeal},
		"endless rounds":      {costly, errNoBackup},
		"a chunk is missing":  {bytes.Join([][]byte{head, first, last}, nil), errSeal},
		"chunks change place": {bytes.Join([][]byte{head, second, first, last}, nil), errSeal},
		"cut between chunks":  {file[:headerSize+2*chunk], errSeal},
		"cut in a chunk":      {file[:len(file)-1], errSeal},
		"more at the end":     {append(bytes.Clone(file), 0), errSeal},
		"nothing but a head":  {head, errSeal},
		"not even a head":     {head[:10], errNoBackup},
		"something else":      {bytes.Repeat([]byte("x"), 1000), errNoBackup},
		"nothing":             {nil, errNoBackup},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := unsealed(tt.file, passphrase)
			require.ErrorIs(t, err, tt.want)
		})
	}
	_, err := unsealed(file, strings.ToUpper(passphrase))
	require.ErrorIs(t, err, errSeal)
}
