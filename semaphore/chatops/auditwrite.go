package chatops

import (
	"context"
	"time"
)

// Entries of the audit are written some at a time, and a moment after they were made: who waits for an answer should not
// wait for the disk more than once.
const (
	auditAtOnce = 256
	auditLag    = 100 * time.Millisecond
)

// writeAudit moves the entries of the audit from the store to the file, in their order. An entry leaves the store only
// when it is on the disk, and one that was written already before a crash is not written again.
func (e *Engine) writeAudit(ctx context.Context) time.Duration {
	if e.Audit == nil {
		return longestSleep
	}
	var entries []AuditEntry
	err := e.Store.View(ctx, func(tx Tx) error {
		entries = nil
		for record, err := range tx.Scan("audit/", "") {
			if err != nil {
				return err
			}
			entry, err := decode[AuditEntry](record)
			if err != nil {
				return err
			}
			if entries = append(entries, entry); len(entries) == auditAtOnce {
				break
			}
		}
		return nil
	})
	if err == nil && len(entries) > 0 {
		pause(ctx, auditLag)
		err = e.Audit.write(entries)
	}
	if err == nil && len(entries) > 0 {
		err = e.Store.Update(ctx, func(tx Tx) error {
			for _, entry := range entries {
				if err := tx.Delete(auditKey(entry.Seq)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	switch {
	case err != nil:
		e.logFailure(ctx, "write the audit", err)
		return 5 * time.Second
	case len(entries) == auditAtOnce:
		return 0
	}
	return longestSleep
}
