package matrixtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOutsideTheRepositoryNothingIsBuilt(t *testing.T) {
	assert.NotEmpty(t, pinnedFolder())
	folder := t.TempDir()
	t.Chdir(folder)
	assert.Empty(t, pinnedFolder())
	stranger := filepath.Join(folder, "internal", "dendrite")
	require.NoError(t, os.MkdirAll(stranger, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(stranger, "go.mod"), []byte("module example.org/internal/dendrite\n"), 0o600))
	assert.Empty(t, pinnedFolder(), "another project's folder of the same name")
}

func TestAFolderThatPinsNothingIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go.mod"), []byte(dendriteModule), 0o600))
	_, err := buildDendrite(folder)
	require.ErrorContains(t, err, "pins no version")
}
