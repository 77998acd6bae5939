package boltstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
)

// childFile is the variable that makes the test binary the process to be killed.
const childFile = "BOLTSTORE_TEST_CHILD_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		fmt.Fprintln(os.Stderr, writeForever(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever counts in two records of each transaction, and prints each number
// once it is committed.
func writeForever(path string) error {
	store, err := boltstore.Open(path)
	if err != nil {
		return err
	}
	first, err := counter(context.Background(), store)
	if err != nil {
		return err
	}
	for n := first + 1; ; n++ {
		err := store.Update(context.Background(), func(tx standup.Tx) error {
			value := []byte(strconv.Itoa(n))
			if err := tx.Put("first", value); err != nil {
				return err
			}
			// A page of its own, and another one each time.
			if err := tx.Put(fmt.Sprintf("pad/%d", n%50), make([]byte, 5000)); err != nil {
				return err
			}
			return tx.Put("second", value)
		})
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// counter returns the number in the store, or -1 if the two records differ.
func counter(ctx context.Context, store standup.Store) (n int, err error) {
	err = store.View(ctx, func(tx standup.Tx) error {
		first, err := tx.Get("first")
		if err != nil {
			return err
		}
		second, err := tx.Get("second")
		if string(first) != string(second) {
			n = -1
		} else if first != nil {
			n, err = strconv.Atoi(string(first))
		}
		return err
	})
	return n, err
}

// A process killed in the middle of updates leaves every committed one, and no
// part of another.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "standup.db")
	for round := range 10 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childFile+"="+path)
		var stderr strings.Builder
		child.Stderr = &stderr
		stdout, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(stdout)
		committed := 0
		for seen := 0; seen <= 3*round && lines.Scan(); seen++ {
			committed, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
		}
		require.NoError(t, child.Process.Kill())
		for lines.Scan() { // what it still managed to say
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				committed = n
			}
		}
		require.Error(t, child.Wait())
		require.Empty(t, stderr.String())

		store, err := boltstore.Open(path)
		require.NoError(t, err)
		found, err := counter(t.Context(), store)
		require.NoError(t, err)
		assert.Contains(t, []int{committed, committed + 1}, found, "round %d", round)
		require.NoError(t, store.Close())
	}
}
