//go:build tools

// Package tools names the programs whose modules this go.mod pins.
package tools

import (
	_ "github.com/prometheus/prometheus/cmd/promtool"
)
