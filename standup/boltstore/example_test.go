package boltstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
)

func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)

	path := filepath.Join(folder, "standup.db")
	for range 2 { // the second time it is there already
		if err := visit(context.Background(), path); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// visits: 1
	// visits: 2
}

func visit(ctx context.Context, path string) error {
	store, err := boltstore.Open(path)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.Update(ctx, func(tx standup.Tx) error {
		visits, err := tx.Get("visits")
		if err != nil {
			return err
		}
		visits = append(slices.Clip(visits), 'x')
		fmt.Println("visits:", len(visits))
		return tx.Put("visits", visits)
	})
}
