package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// settleTimeout bounds how long Update asks what became of a commit.
const settleTimeout = 5 * time.Second

// sqlState is what errors of PostgreSQL drivers have in common.
type sqlState interface {
	error
	SQLState() string
}

// state returns the SQLSTATE of an error, or "" for one that is not an answer of
// the server.
func state(err error) string {
	if answer, ok := errors.AsType[sqlState](err); ok {
		return answer.SQLState()
	}
	return ""
}

// explain names the operation and says what to do where that is known.
func (s *Store) explain(operation string, err error) error {
	advice := ""
	switch state(err) {
	case "42P01", "3F000": // undefined_table, invalid_schema_name
		advice = " (create the schema and call Migrate first)"
	case "42501": // insufficient_privilege
		advice = " (grant the user SELECT, INSERT, UPDATE and DELETE on the table)"
	case "25006": // read_only_sql_transaction
		advice = " (connect to the primary server: this one is read-only)"
	}
	return fmt.Errorf("standup: %s in table %s: %w%s", operation, s.table, err, advice)
}

// withContext makes [errors.Is] find the reason when ctx ended a query: drivers then
// return the server's words about it.
func withContext(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// settle says what became of transaction id, whose commit returned err. If that is
// an answer of the server it was rolled back; if the connection broke, the server
// knows.
func (s *Store) settle(ctx context.Context, id int64, err error) error {
	switch answer := state(err); {
	case answer == "", strings.HasPrefix(answer, "08"), strings.HasPrefix(answer, "57"):
		// The connection broke, or the server is being stopped.
	default:
		return s.explain("commit", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	for {
		var outcome string
		ask := s.db.QueryRowContext(ctx, "SELECT coalesce(txid_status($1), '')", id).Scan(&outcome)
		switch outcome {
		case "committed":
			return nil
		case "aborted":
			return s.explain("commit", err)
		}
		select {
		case <-time.After(settleTimeout / 50): // it is still in progress, or the server starts
		case <-ctx.Done():
			return s.explain("commit, with an unknown outcome,", errors.Join(err, ask))
		}
	}
}
