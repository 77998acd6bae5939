package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// metric is one figure, or several that differ in a label, as Prometheus has it.
type metric struct {
	name, help, kind string
	samples          []sample
}

type sample struct {
	label, is string // As decision="approved"; "" for none.
	value     float64
}

func gauge(name, help string, value float64) metric {
	return metric{name, help, "gauge", []sample{{value: value}}}
}

func counted(name, help, label string, counts map[string]int) metric {
	m := metric{name, help, "counter", nil}
	for _, is := range slices.Sorted(maps.Keys(counts)) {
		m.samples = append(m.samples, sample{label, is, float64(counts[is])})
	}
	return m
}

// writeMetrics writes the text format of Prometheus, version 0.0.4.
func writeMetrics(w io.Writer, metrics []metric) {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for _, m := range metrics {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for _, s := range m.samples {
			labels := ""
			if s.label != "" {
				labels = "{" + s.label + `="` + escape.Replace(s.is) + `"}`
			}
			fmt.Fprintf(w, "%s%s %s\n", m.name, labels, strconv.FormatFloat(s.value, 'g', -1, 64))
		}
	}
}
