package chatops

import "context"

// commit is the only way to write: decide looks at what is stored and says what changes, and that happens as a whole or
// not at all. Afterwards all loops look whether there is something to do for them. The error is that of decide, or of
// the store.
//
// decide may be called more than once and does nothing else: it neither sends nor sleeps nor asks Semaphore.
func (e *Engine) commit(ctx context.Context, decide func(tx Tx) (changes, error)) error {
	wrote := false
	err := e.Store.Update(ctx, func(tx Tx) error {
		c, err := decide(tx)
		if err != nil {
			return err
		}
		if e.Audit == nil {
			c.audit = nil // Nobody would read them, and their numbers would be missing from a later file.
		}
		if err := e.continueAudit(tx); err != nil {
			return err
		}
		wrote = len(c.writes)+len(c.messages)+len(c.audit) > 0
		return c.apply(tx, e.Now())
	})
	if err == nil && wrote {
		e.Wake()
	}
	return err
}

// continueAudit makes sure that the numbers of the audit go on where its file ends, also after an older store was restored:
// the file takes no number twice.
func (e *Engine) continueAudit(tx Tx) error {
	number, _, err := load[uint64](tx, numberKey("audit"))
	if err != nil || e.Audit == nil || number >= e.Audit.number() {
		return err
	}
	return save(tx, numberKey("audit"), e.Audit.number())
}
