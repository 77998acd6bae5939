package matrixtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
)

const (
	dendritePackage = "github.com/element-hq/dendrite/cmd/dendrite"
	dendriteModule  = "module github.com/signalbox-go/signalbox/internal/dendrite\n"
)

// findDendrite returns the path of the program. It builds it at most once in a process.
var findDendrite = sync.OnceValues(func() (string, error) {
	if named := os.Getenv("SIGNALBOX_DENDRITE"); named != "" {
		return exec.LookPath(named)
	}
	if folder := pinnedFolder(); folder != "" {
		return buildDendrite(folder)
	}
	path, err := exec.LookPath("dendrite")
	if err != nil {
		return "", errors.New("set SIGNALBOX_DENDRITE to the program, or put dendrite into PATH")
	}
	return path, nil
})

// pinnedFolder is internal/dendrite of the checkout in which the test runs, or nothing.
func pinnedFolder() string {
	at, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		folder := filepath.Join(at, "internal", "dendrite")
		if data, err := os.ReadFile(filepath.Join(folder, "go.mod")); err == nil {
			if bytes.HasPrefix(data, []byte(dendriteModule)) {
				return folder
			}
		}
		parent := filepath.Dir(at)
		if parent == at {
			return ""
		}
		at = parent
	}
}

var dendriteVersion = regexp.MustCompile(`github\.com/element-hq/dendrite (v\S+)`)

// buildDendrite returns the program of the pinned version from the cache and builds it where it is not there yet.
// Two processes may build at once: the second replaces the file of the first by an equal one.
func buildDendrite(folder string) (string, error) {
	data, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return "", err
	}
	version := dendriteVersion.FindSubmatch(data)
	if version == nil {
		return "", errors.New("internal/dendrite/go.mod pins no version")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, "signalbox")
	path := filepath.Join(cache, "dendrite-"+string(version[1]))
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() { //nolint:gosec // the version is from our own go.mod
		return path, nil
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", err
	}
	fresh := fmt.Sprintf("%s.%d", path, os.Getpid())
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", fresh, dendritePackage)
	build.Dir = folder
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the pinned version: %w: %s", err, lastLine(out))
	}
	return path, os.Rename(fresh, path) //nolint:gosec // the version is from our own go.mod
}

func lastLine(out []byte) []byte {
	out = bytes.TrimSpace(out)
	return out[bytes.LastIndexByte(out, '\n')+1:]
}
