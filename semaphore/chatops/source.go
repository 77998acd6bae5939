package chatops

import "context"

// Cursor returns what an adapter has saved under its name with [Engine.SaveCursor], nil if nothing.
func (e *Engine) Cursor(ctx context.Context, source string) (cursor []byte, err error) {
	err = e.Store.View(ctx, func(tx Tx) error {
		cursor, err = tx.Get(sourceKey(source))
		return err
	})
	return cursor, err
}

// SaveCursor keeps how far an adapter has read its chat. The adapter saves it after Handle has returned, so that after a
// crash it reads again what may not have been handled.
func (e *Engine) SaveCursor(ctx context.Context, source string, cursor []byte) error {
	return e.Store.Update(ctx, func(tx Tx) error { return tx.Put(sourceKey(source), cursor) })
}
