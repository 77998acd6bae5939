package boltstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// A message becomes a record of the bot in the same instant as the place in the sync stream moves
// on: it is neither lost nor handled from the beginning again.
func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	store, err := boltstore.Open(filepath.Join(folder, "bot.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	ctx := context.Background()
	inbox, place := store.Records("inbox"), store.Sync()
	_ = place.SaveNextBatch(ctx, "@bot:example.org", "s72594_4483")
	err = store.Update(func(tx *boltstore.Tx) error {
		if err := tx.Put(inbox, "$event", []byte("!deploy web")); err != nil {
			return err
		}
		return tx.CommitSync(place)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := store.Flush(ctx); err != nil {
		fmt.Println(err)
		return
	}
	waiting, _ := inbox.Scan("")
	token, _ := place.LoadNextBatch(ctx, "@bot:example.org")
	fmt.Printf("%s: %s, up to %s\n", waiting[0].Key, waiting[0].Value, token)
	// Output:
	// $event: !deploy web, up to s72594_4483
}
