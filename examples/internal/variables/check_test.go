package variables_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/variables"
)

func known() []string {
	return []string{"DEPLOY_DATA", "DEPLOY_BACKUP_PASSPHRASE", "MATRIX_USER", "MATRIX_PASSWORD", "MATRIX_PASSWORD_FILE", "LOG_LEVEL"}
}

func ExampleCheck() {
	environ := []string{"DEPLOY_DTA=/data", "MATRIX_PASWORD=hunter2", "MATRIX_COLOURS=many", "PATH=/bin"}
	remarks, err := variables.Check(environ, "DEPLOY_", known())
	fmt.Println(err)
	fmt.Println(remarks)
	// Output:
	// DEPLOY_DTA: there is no such setting; did you mean DEPLOY_DATA?
	// [MATRIX_PASWORD: there is no such setting; did you mean MATRIX_PASSWORD?]
}

func TestWhatIsRightIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{
		"DEPLOY_DATA=/data", "LOG_LEVEL=debug", "DEPLOY_DTA=", "DEPLOY_DTA= ", "MATRIX_PASWORD=", // As a template for an environment has it.
		"MATRIX_PORT=1", "MATRIX_U=1", "LOG_DIR=/log", "DEPLOYMENT=1", "DATA=1", "USER=ada", "MATRIX=1", "DEPLOY=1", "=C:=C:\\", "odd",
		"MATRIX_" + strings.Repeat("X", 1<<10) + "=1",
	} {
		remarks, err := variables.Check([]string{entry}, "DEPLOY_", known())
		require.NoError(t, err, entry)
		assert.Empty(t, remarks, entry)
	}
}

func TestOwnPrefix(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"DEPLOY_DATE":                "did you mean DEPLOY_DATA?",
		"DEPLOY_BACKUP":              "did you mean DEPLOY_BACKUP_PASSPHRASE?",
		"DEPLOY_MATRIX_USER":         "did you mean MATRIX_USER?",
		"DEPLOY_LOG_LEVE":            "did you mean LOG_LEVEL?",
		"DEPLOY_SERVICE_HOST":        "unset it",
		"DEPLOY_":                    "unset it",
		"DEPLOY_D":                   "unset it",
		"DEPLOY_MATRIX_PASSWORD_FLE": "did you mean MATRIX_PASSWORD_FILE?",
	} {
		remarks, err := variables.Check([]string{name + "=hunter2"}, "DEPLOY_", known())
		require.ErrorContains(t, err, name+": there is no such setting")
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hunter2")
		assert.Empty(t, remarks)
	}
}
