// Command oracle answers questions, one JSON object a line, on standard output: what the real
// libraries make of an input. It holds no opinion of its own.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/semver/v3"
	"github.com/Masterminds/sprig/v3"
	"github.com/bmatcuk/doublestar/v4"
	"github.com/gosimple/slug"
	"sigs.k8s.io/yaml"
)

type question struct {
	Kind    string          `json:"kind"`
	Text    string          `json:"text"`
	Other   string          `json:"other"`
	Options []string        `json:"options"`
	Data    json.RawMessage `json:"data"`
}

type answer struct {
	Out   *string `json:"out,omitempty"`
	Error string  `json:"error,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	go watchMemory()
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var q question
			var a answer
			if e := json.Unmarshal(line, &q); e != nil {
				a.Error = "bad question: " + e.Error()
			} else {
				a = ask(q)
			}
			encoded, _ := json.Marshal(a)
			out.Write(encoded)
			out.WriteByte('\n')
			// At once: who waits must be able to tell which question takes long.
			out.Flush()
		}
		if err != nil {
			for _, root := range trees {
				os.RemoveAll(root)
			}
			return
		}
	}
}

// watchMemory ends the program when an answer takes more memory than any sensible question needs.
func watchMemory() {
	const most = 2 << 30
	var stats runtime.MemStats
	for range time.Tick(200 * time.Millisecond) {
		runtime.ReadMemStats(&stats)
		if stats.HeapAlloc > most {
			fmt.Fprintln(os.Stderr, "the question takes more than 2 GiB of memory")
			os.Exit(3)
		}
	}
}

func ask(q question) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Error: fmt.Sprintf("panic: %v", r)}
		}
	}()
	text, err := dispatch(q)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Out: &text}
}

func dispatch(q question) (string, error) {
	switch q.Kind {
	case "template":
		return render(q)
	case "printback":
		t, err := template.New("base").Funcs(functions()).Parse(q.Text)
		if err != nil {
			return "", err
		}
		if t.Tree == nil {
			return "", nil
		}
		return t.Tree.Root.String(), nil
	case "yamlToJson":
		encoded, err := yaml.YAMLToJSON([]byte(q.Text))
		return string(encoded), err
	case "jsonToYaml":
		encoded, err := yaml.JSONToYAML([]byte(q.Text))
		return string(encoded), err
	case "pathMatch":
		ok, err := path.Match(q.Text, q.Other)
		return fmt.Sprint(ok), err
	case "doublestar":
		ok, err := doublestar.Match(q.Text, q.Other)
		return fmt.Sprint(ok), err
	case "doublestarGlob":
		return glob(q)
	case "semverCheck":
		c, err := semver.NewConstraint(q.Text)
		if err != nil {
			return "", err
		}
		v, err := semver.NewVersion(q.Other)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(c.Check(v)), nil
	case "semverCompare":
		a, err := semver.NewVersion(q.Text)
		if err != nil {
			return "", err
		}
		b, err := semver.NewVersion(q.Other)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(a.Compare(b)), nil
	}
	return "", fmt.Errorf("unknown kind %q", q.Kind)
}

var trees = map[string]string{}

// glob answers with the paths of a tree of files that a pattern takes, as the reference asks for them
// (data: the paths of the files), each below the root.
func glob(q question) (string, error) {
	var files []string
	if err := json.Unmarshal(q.Data, &files); err != nil {
		return "", err
	}
	root, ok := trees[string(q.Data)]
	if !ok {
		var err error
		if root, err = os.MkdirTemp("", "oracle-tree-"); err != nil {
			return "", err
		}
		trees[string(q.Data)] = root
		for _, file := range files {
			if err := os.MkdirAll(filepath.Join(root, filepath.Dir(file)), 0o755); err != nil {
				return "", err
			}
			if err := os.WriteFile(filepath.Join(root, file), nil, 0o644); err != nil {
				return "", err
			}
		}
	}
	found, err := doublestar.FilepathGlob(filepath.Join(root, q.Text))
	if err != nil {
		return "", err
	}
	paths := []string{}
	for _, path := range found {
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return "", err
		}
		// the root itself is no file, and what lies outside of it is dropped by the reference
		if relative != "." && relative != ".." && !strings.HasPrefix(relative, "../") {
			paths = append(paths, relative)
		}
	}
	sort.Strings(paths)
	paths = slices.Compact(paths)
	encoded, err := json.Marshal(paths)
	return string(encoded), err
}

func render(q question) (string, error) {
	data, err := decode(q.Data)
	if err != nil {
		return "", fmt.Errorf("bad data: %w", err)
	}
	t := template.New("base").Funcs(functions())
	for _, option := range q.Options {
		t = t.Option(option)
	}
	t, err = t.Parse(q.Text)
	if err != nil {
		return "", fmt.Errorf("failed to parse template %s: %w", q.Text, err)
	}
	var buffer bytes.Buffer
	if err := t.Execute(&buffer, data); err != nil {
		return "", fmt.Errorf("failed to execute go template %s: %w", q.Text, err)
	}
	return buffer.String(), nil
}

// decode reads JSON whose objects may carry a Go type: {"$type": "map[string]string", "value": {…}}.
func decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	return typed(v), nil
}

func typed(v any) any {
	switch value := v.(type) {
	case map[string]any:
		if kind, ok := value["$type"].(string); ok {
			switch kind {
			case "map[string]string":
				out := map[string]string{}
				for k, item := range value["value"].(map[string]any) {
					out[k] = item.(string)
				}
				return out
			case "[]string":
				out := []string{}
				for _, item := range value["value"].([]any) {
					out = append(out, item.(string))
				}
				return out
			case "int":
				return int(value["value"].(float64))
			case "int64":
				return int64(value["value"].(float64))
			}
		}
		for k, item := range value {
			value[k] = typed(item)
		}
		return value
	case []any:
		for i, item := range value {
			value[i] = typed(item)
		}
		return value
	}
	return v
}

func functions() template.FuncMap {
	f := sprig.GenericFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	delete(f, "getHostByName")
	f["normalize"] = normalize
	f["slugify"] = slugify
	f["toYaml"] = toYAML
	f["fromYaml"] = fromYAML
	f["fromYamlArray"] = fromYAMLArray
	return f
}

var outside = regexp.MustCompile(`[^-a-z0-9.]`)

func normalize(name string) string {
	name = outside.ReplaceAllString(strings.ToLower(name), "-")
	if len(name) > 253 {
		name = name[:253]
	}
	return strings.Trim(name, "-.")
}

func slugify(args ...any) string {
	maxLength, smart, name := 50, true, ""
	switch len(args) {
	case 0:
		return ""
	case 1:
		name = args[0].(string)
	case 2:
		maxLength, name = args[0].(int), args[1].(string)
	default:
		maxLength, smart, name = args[0].(int), args[1].(bool), args[len(args)-1].(string)
	}
	slug.EnableSmartTruncate = smart
	slug.MaxLength = maxLength
	return slug.Make(normalize(name))
}

func toYAML(v any) (string, error) {
	encoded, err := yaml.Marshal(v)
	return strings.TrimSuffix(string(encoded), "\n"), err
}

func fromYAML(text string) (map[string]any, error) {
	out := map[string]any{}
	err := yaml.Unmarshal([]byte(text), &out)
	return out, err
}

func fromYAMLArray(text string) ([]any, error) {
	out := []any{}
	err := yaml.Unmarshal([]byte(text), &out)
	return out, err
}
