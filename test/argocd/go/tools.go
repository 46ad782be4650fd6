//go:build tools

// Package tools pins Argo CD, which the tests beside it run for real.
package tools

import _ "github.com/argoproj/argo-cd/v3/cmd"
