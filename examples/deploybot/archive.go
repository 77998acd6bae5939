package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// part is a file of a backup.
type part struct {
	name string
	copy func(ctx context.Context, w io.Writer) error // Writes it as it is at one instant.
}

// The names of the parts. The store comes before the audit, which is written
// from it: an audit that is ahead of the store is right, one that is behind it
// would have lost lines.
const (
	partStore     = "deploy.db"
	partAudit     = "audit.jsonl"
	partMatrix    = "matrix/bot.db"
	partPickleKey = "matrix/pickle.key"
)

// copyOf copies a file that is only ever added to.
func copyOf(path string) func(ctx context.Context, w io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(w, file)
		return err
	}
}

// exists says whether there is something at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// writeArchive writes the parts that there are, by way of a file in folder each:
// its size comes first, and a store is not to wait for whoever reads.
func writeArchive(ctx context.Context, w io.Writer, folder string, parts []part) error {
	archive := tar.NewWriter(w)
	for _, each := range parts {
		if err := addPart(ctx, archive, folder, each); err != nil {
			return fmt.Errorf("back up %s: %w", each.name, err)
		}
	}
	return archive.Close()
}

func addPart(ctx context.Context, archive *tar.Writer, folder string, each part) (err error) {
	spool, err := os.CreateTemp(folder, ".backup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, spool.Close(), os.Remove(spool.Name())) }()
	if err := each.copy(ctx, spool); err != nil {
		return err
	}
	size, err := spool.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: each.name, Size: size, Mode: privateFile}); err != nil {
		return err
	}
	_, err = io.CopyN(archive, spool, size)
	return err
}

// readArchive hands over the parts of an archive in their order.
func readArchive(r io.Reader, take func(name string, content io.Reader) error) error {
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, r) // To the end, where it shows whether that is the true one.
			return err
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			return fmt.Errorf("%q in it is no file", header.Name)
		}
		if err := take(header.Name, archive); err != nil {
			return err
		}
	}
}
