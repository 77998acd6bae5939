package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// restore puts a backup back where there is nothing.
func (p program) restore(_ context.Context, args arguments) int {
	s, passphrase, status := p.forBackup(args)
	if status != statusOK {
		return status
	}
	names, err := s.restoreFrom(args.words[0], passphrase)
	if err != nil {
		return p.fail(err)
	}
	fmt.Fprintf(p.stdout, "restored %s into %s\n", args.words[0], s.Data)
	if slices.Contains(names, partMatrix) {
		fmt.Fprint(p.stdout, `
The keys of Matrix are as old as the backup. If the bot has worked on after it
was made, remove the folder matrix and let it log in anew: with its recovery key
it is the same bot to everybody.
`)
	}
	return statusOK
}

// restoreFrom reads all of a backup and then puts its parts in their places. It
// returns their names. Where it fails everything is as it was before.
func (s *settings) restoreFrom(path, passphrase string) (names []string, err error) {
	places := map[string]string{
		partStore: s.storeFile(), partAudit: s.auditFile(), partMatrix: s.matrixFile(), partPickleKey: s.pickleKeyFile(),
	}
	for _, place := range places {
		if exists(place) {
			return nil, fmt.Errorf("%s exists: restore into an empty folder, or move what is there away", place)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := newUnsealer(file, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	const staged = ".restoring"
	defer func() {
		for _, name := range names {
			if err != nil {
				_ = os.Remove(places[name] + staged) // The first error says more.
			}
		}
	}()
	err = readArchive(plain, func(name string, content io.Reader) error {
		place, known := places[name]
		if !known || slices.Contains(names, name) {
			return fmt.Errorf("%q does not belong into a backup", name)
		}
		names = append(names, name)
		return writeStaged(place+staged, content)
	})
	if err == nil && !slices.Contains(names, partStore) {
		err = errors.New("it has no store")
	}
	if err != nil {
		return names, fmt.Errorf("%s: %w", path, err)
	}
	for _, name := range names {
		if err := os.Rename(places[name]+staged, places[name]); err != nil {
			return names, err
		}
	}
	return names, nil
}

// writeStaged writes a part beside its place, to the disk.
func writeStaged(path string, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, privateFile)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
