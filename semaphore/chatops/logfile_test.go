package chatops

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesThatAreLeftOutAreCounted(t *testing.T) {
	t.Parallel()
	text := headAndTail{half: 1000}
	for i := range 10_000 {
		text.add(fmt.Sprint("line ", i))
	}
	cut := string(text.bytes())
	left := regexp.MustCompile(`\[… (\d+) lines left out …\]`).FindStringSubmatch(cut)
	require.Len(t, left, 2)
	assert.Equal(t, fmt.Sprint(10_000-strings.Count(cut, "line ")), left[1])
}

// TestEmptyLinesAreSmall has a log of nothing but ends of lines: what is kept of it takes no more memory than any other.
func TestEmptyLinesAreSmall(t *testing.T) {
	t.Parallel()
	text := headAndTail{half: 64 << 10}
	for range 1 << 20 {
		text.add("")
	}
	assert.LessOrEqual(t, cap(text.head)+cap(text.tail), 6*text.half)
	assert.LessOrEqual(t, len(text.bytes()), 2*text.half+100)
}
