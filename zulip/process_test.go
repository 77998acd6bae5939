package zulip_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mostMemory is what a whole program that listens may have resident, in MB.
const mostMemory = 16

// BenchmarkProcess builds a program that listens, has it read all events of the stub, and reports the most memory that
// the process ever had: the program, the runtime, the stacks and the heap.
func BenchmarkProcess(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("only Linux tells the peak memory of a process")
	}
	program := filepath.Join(b.TempDir(), "listener")
	out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "./testdata/listener").CombinedOutput()
	require.NoError(b, err, "%s", out)
	server := stub(b)
	var peak float64
	for b.Loop() {
		listener := exec.CommandContext(b.Context(), program, strconv.Itoa(eventCount))
		listener.Env = append(os.Environ(), "ZULIP_SITE="+server.URL, "ZULIP_EMAIL=porter-bot@zulip.example", "ZULIP_API_KEY=key")
		out, err := listener.Output()
		require.NoError(b, err)
		kB, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		require.NoError(b, err)
		peak = max(peak, kB/1024)
	}
	require.LessOrEqual(b, peak, float64(mostMemory))
	b.ReportMetric(peak, "peak_process_MB")
}
