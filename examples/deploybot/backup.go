package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	matrixstore "github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
)

// privateFile is the mode of everything that the program writes.
const privateFile = 0o600

// backup saves everything that the bot remembers, encrypted.
func (p program) backup(ctx context.Context, args arguments) int {
	s, passphrase, status := p.forBackup(args)
	if status != statusOK {
		return status
	}
	path := args.words[0]
	if err := s.saveTo(ctx, path, passphrase); err != nil {
		return p.fail(err)
	}
	fmt.Fprintf(p.stdout, "saved %s; keep the passphrase elsewhere\n", path)
	return statusOK
}

// leastPassphrase is how long a passphrase is that is worth the name.
const leastPassphrase = 12

// forBackup reads what backup and restore need.
func (p program) forBackup(args arguments) (s settings, passphrase string, status int) {
	if len(args.words) == 0 {
		fmt.Fprintln(p.stderr, "deploybot: name the file of the backup")
		return s, "", statusUsage
	}
	s, err := p.settings(args)
	passphrase = s.Backup.Passphrase.Reveal()
	switch {
	case err != nil:
	case passphrase == "":
		err = errors.New("backup.passphrase_file (DEPLOY_BACKUP_PASSPHRASE_FILE) is missing: a file with a passphrase or a key")
	case len(passphrase) < leastPassphrase:
		err = fmt.Errorf("the passphrase of backups is shorter than %d characters", leastPassphrase)
	}
	if err != nil {
		return s, "", p.refuse(err)
	}
	return s, passphrase, statusOK
}

// saveTo writes a backup to a new file, which is there only when it is whole.
func (s *settings) saveTo(ctx context.Context, path, passphrase string) (err error) {
	if exists(path) {
		return fmt.Errorf("%s exists already; it is left as it is", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".backup-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // The first error says more.
		}
	}()
	err = s.seal(ctx, file, passphrase)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func (s *settings) seal(ctx context.Context, w io.Writer, passphrase string) error {
	sealed, err := newSealer(w, passphrase, sealRounds)
	if err != nil {
		return err
	}
	if err := s.archive(ctx, sealed); err != nil {
		return err
	}
	return sealed.Close()
}

// archive writes the archive of the bot that runs on the folder, if one does,
// and else that of the files in it.
func (s *settings) archive(ctx context.Context, w io.Writer) error {
	running, err := askForArchive(ctx, s.controlFile(), w)
	if running || err != nil {
		return err
	}
	if !exists(s.storeFile()) {
		return fmt.Errorf("there is nothing to save: no %s", s.storeFile())
	}
	parts := []part{{partStore, s.copyStore}}
	if exists(s.auditFile()) {
		parts = append(parts, part{partAudit, copyOf(s.auditFile())})
	}
	if exists(s.matrixFile()) {
		parts = append(parts, part{partMatrix, s.copyMatrix})
	}
	return writeArchive(ctx, w, s.Data, append(parts, s.pickleKeyPart()...))
}

// matrixFile and pickleKeyFile are the files of matrixbot.
func (s *settings) matrixFile() string    { return filepath.Join(s.matrixData(), "bot.db") }
func (s *settings) pickleKeyFile() string { return filepath.Join(s.matrixData(), "pickle.key") }

// pickleKeyPart is the key that the bot made for itself, if it did.
func (s *settings) pickleKeyPart() []part {
	if !exists(s.pickleKeyFile()) {
		return nil
	}
	return []part{{partPickleKey, copyOf(s.pickleKeyFile())}}
}

// copyStore copies the store of a bot that does not run.
func (s *settings) copyStore(_ context.Context, w io.Writer) error {
	store, err := boltstore.Open(s.storeFile())
	if err != nil {
		return err
	}
	return errors.Join(store.Backup(w), store.Close())
}

// copyMatrix copies what a bot of Matrix that does not run knows.
func (s *settings) copyMatrix(_ context.Context, w io.Writer) error {
	store, err := matrixstore.Open(s.matrixFile())
	if err != nil {
		return err
	}
	return errors.Join(store.Backup(w), store.Close())
}
