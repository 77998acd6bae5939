package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// format is the version of the table and of what is in it. The comment of the
// table says it, after formatMark.
const (
	format     = 1
	formatMark = "signalbox standup, format "
)

// Migrate creates the table if it is absent and makes sure that this version can
// use it; call it once before the store is used. It may run in several processes at
// once. It refuses a table that it did not create or that a newer version wrote. The
// database user needs the right to create tables the first time only.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return s.explain("migrate", withContext(ctx, err))
	}
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer rollback(tx)
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", s.lock); err != nil {
		return err
	}
	var exists bool
	var comment string
	err = tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL, coalesce(obj_description(to_regclass($1), 'pg_class'), '')", s.table).
		Scan(&exists, &comment)
	if err != nil {
		return err
	}
	if exists {
		return checkFormat(comment)
	}
	for _, statement := range []string{
		// The order of "C" is that of bytes, whatever the database is set to.
		"CREATE TABLE " + s.table + ` (key text COLLATE "C" PRIMARY KEY, value bytea NOT NULL)`,
		"COMMENT ON TABLE " + s.table + " IS '" + formatMark + strconv.Itoa(format) + "'",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// checkFormat says why a table with this comment cannot be used.
func checkFormat(comment string) error {
	number, ok := strings.CutPrefix(comment, formatMark)
	found, err := strconv.Atoi(number)
	if !ok || err != nil || found < 1 {
		return errors.New("the table belongs to another program (choose another name or schema)")
	}
	if found > format {
		return fmt.Errorf("the table was written by a newer version, in format %d where this version knows %d (upgrade, or choose another name)", found, format)
	}
	return nil
}
