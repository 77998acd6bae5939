package boltqueue_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/boltqueue"
)

// The note and the place in the queue are written together. The event loop calls SaveQueue; here it is played.
func ExampleStore_Along() {
	folder, err := os.MkdirTemp("", "boltqueue")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	store, err := boltqueue.Open(filepath.Join(folder, "porter.db"))
	if err != nil {
		panic(err)
	}
	defer store.Close()

	message := zulip.Message{ID: 1001, Content: "remember the milk"}
	store.Along(message.ID, func(notes *bbolt.Bucket) error {
		return notes.Put([]byte("latest"), []byte(message.Content))
	})
	err = store.SaveQueue(context.Background(), zulip.QueueState{Recent: []zulip.MessageID{message.ID}})
	if err != nil {
		panic(err)
	}
	err = store.View(func(notes *bbolt.Bucket) error {
		fmt.Printf("%s\n", notes.Get([]byte("latest")))
		return nil
	})
	if err != nil {
		panic(err)
	}
	// Output: remember the milk
}
