package boltstore

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/signalbox-go/signalbox/internal/boltfile"
	"github.com/signalbox-go/signalbox/internal/secret"
)

const (
	// pickleKeySize is how many random bytes a generated key has.
	pickleKeySize = 32

	// maxPickleKey bounds a key file, in bytes.
	maxPickleKey = 4096
)

// LoadPickleKey returns the key that encrypts the private keys in a store. It is the content
// of the file at path without space around it. Where there is no file it makes a key of 32
// random bytes and writes it there, mode 0600, in a folder of mode 0700; a file that others
// may read is given mode 0600 where it can be.
//
// A key kept beside the store guards copies and backups of the store alone. The store is
// lost without its key.
func LoadPickleKey(path string) (secret.Secret, error) {
	k, err := readPickleKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		k, err = makePickleKey(path)
	}
	if err != nil {
		return secret.Secret{}, fmt.Errorf("boltstore: pickle key: %w", err)
	}
	return k, nil
}

func readPickleKey(path string) (k secret.Secret, err error) {
	file, err := os.Open(path)
	if err != nil {
		return k, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return k, err
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return k, fmt.Errorf("%s is not a file (name a file)", path)
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxPickleKey+1))
	if err != nil {
		return k, err
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) > maxPickleKey:
		return k, fmt.Errorf("%s is too long for a key (name the file with the key)", path)
	case len(raw) == 0:
		return k, fmt.Errorf("%s is empty (put the key of the store into it, or remove it if there is no store yet)", path)
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		_ = file.Chmod(0o600) // where it can be: a mounted secret has the mode it has
	}
	return secret.New(string(raw)), nil
}

func makePickleKey(path string) (k secret.Secret, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return k, err
	}
	// O_EXCL: of two processes that start at once one has an error, and not a key that
	// the other one overwrites.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return k, err
	}
	random := make([]byte, pickleKeySize)
	_, _ = rand.Read(random) // never fails
	text := base64.RawStdEncoding.EncodeToString(random)
	_, err = file.WriteString(text + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil { // or the store could outlive its key
		err = boltfile.SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return k, errors.Join(err, os.Remove(path))
	}
	return secret.New(text), nil
}
