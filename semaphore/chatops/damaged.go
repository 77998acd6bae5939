package chatops

import (
	"context"
	"errors"
	"log/slog"
)

// damagedKey is the key under which a record is set aside that cannot be read.
func damagedKey(key string) string { return "damaged/" + key }

// setAside moves damaged records out of the way of the others, to where somebody can look at them.
func (e *Engine) setAside(ctx context.Context, keys []string) error {
	err := e.Store.Update(ctx, func(tx Tx) error {
		for _, key := range keys {
			value, err := tx.Get(key)
			if err != nil {
				return err
			}
			if value == nil {
				continue
			}
			if err := errors.Join(tx.Put(damagedKey(key), value), tx.Delete(key)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, key := range keys {
		if err == nil {
			e.Logger.LogAttrs(ctx, slog.LevelError, "a record cannot be read and is set aside", slog.String("record", damagedKey(key)))
		}
	}
	return err
}
