package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/argoproj/argo-cd/v3/util/git"
)

// repositories reads the repositories of a world as the reference's repository service does: its git client
// resolves revisions and lists files; a tree is checked out once and answers are kept.
type repositories struct {
	world world
}

type content struct {
	Revisions map[string]struct {
		Files    map[string]string `json:"files"`
		Symlinks map[string]string `json:"symlinks"`
	} `json:"revisions"`
}

var (
	scratch  string
	made     = map[string]string{}
	resolved = map[string]string{}
	trees    = map[string]string{}
	listed   = map[string][]string{}
	versions = regexp.MustCompile(`^v?\d+\.\d+\.\d+`)
)

func removeRepositories() {
	if scratch != "" {
		os.RemoveAll(scratch)
	}
}

func run(dir string, args ...string) error {
	command := exec.Command("git", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// origin makes the repository of a URL, once: a commit a revision; what looks like a version is a tag.
func (r repositories) origin(url string) (string, error) {
	raw, ok := r.world.Repositories[url]
	if !ok {
		return "", fmt.Errorf("rpc error: code = Internal desc = unable to resolve git revision : repository not found")
	}
	key := fmt.Sprintf("%x", sha256.Sum256(raw))
	if path, ok := made[key]; ok {
		return path, nil
	}
	if scratch == "" {
		var err error
		if scratch, err = os.MkdirTemp("", "oracle-repositories-"); err != nil {
			return "", err
		}
	}
	var c content
	if err := json.Unmarshal(raw, &c); err != nil {
		return "", err
	}
	path := filepath.Join(scratch, key)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	if err := run(path, "init", "-q", "-b", "none"); err != nil {
		return "", err
	}
	names := []string{}
	for name := range c.Revisions {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := commit(path, name, c.Revisions[name].Files, c.Revisions[name].Symlinks); err != nil {
			return "", err
		}
	}
	if _, ok := c.Revisions["main"]; ok {
		if err := run(path, "symbolic-ref", "HEAD", "refs/heads/main"); err != nil {
			return "", err
		}
	}
	made[key] = path
	return path, nil
}

func commit(path, name string, files, symlinks map[string]string) error {
	if err := run(path, "checkout", "-q", "--orphan", "next"); err != nil {
		return err
	}
	if err := run(path, "rm", "-rfq", "--ignore-unmatch", "."); err != nil {
		return err
	}
	for file, text := range files {
		if err := os.MkdirAll(filepath.Join(path, filepath.Dir(file)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(path, file), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for link, target := range symlinks {
		if err := os.MkdirAll(filepath.Join(path, filepath.Dir(link)), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, filepath.Join(path, link)); err != nil {
			return err
		}
	}
	kind := "branch"
	if versions.MatchString(name) {
		kind = "tag"
	}
	for _, args := range [][]string{{"add", "-A", "-f"}, {"commit", "-q", "--allow-empty", "-m", name}, {kind, name}, {"checkout", "-q", "--detach"}, {"branch", "-D", "-q", "next"}} {
		if err := run(path, args...); err != nil {
			return err
		}
	}
	return nil
}

// tree checks a revision out, once, and gives its folder and a client of the reference on it.
func (r repositories) tree(url, revision string) (git.Client, string, error) {
	origin, err := r.origin(url)
	if err != nil {
		return nil, "", err
	}
	address := "file://" + origin
	key := origin + "\x00" + revision
	commit, ok := resolved[key]
	if !ok {
		client, err := git.NewClientExt(address, origin, git.NopCreds{}, false, false, "", "")
		if err != nil {
			return nil, "", err
		}
		if commit, err = client.LsRemote(revision); err != nil {
			commit = ""
		}
		resolved[key] = commit
	}
	if commit == "" {
		return nil, "", fmt.Errorf("rpc error: code = Internal desc = unable to resolve git revision : unable to resolve '%s' to a commit SHA", revision)
	}
	key = origin + "\x00" + commit
	path, ok := trees[key]
	if !ok {
		path = filepath.Join(scratch, fmt.Sprintf("tree-%d", len(trees)))
		if err := run(origin, "worktree", "add", "-q", "--detach", path, commit); err != nil {
			return nil, "", err
		}
		trees[key] = path
	}
	client, err := git.NewClientExt(address, path, git.NopCreds{}, false, false, "", "")
	return client, path, err
}

func (r repositories) GetFiles(_ context.Context, url, revision, _, pattern string, _, _ bool) (map[string][]byte, error) {
	client, root, err := r.tree(url, revision)
	if err != nil {
		return nil, fmt.Errorf("error retrieving Git files: %w", err)
	}
	if pattern == "" {
		pattern = "."
	}
	globbing := r.world.Settings.NewGitFileGlobbing
	key := fmt.Sprintf("%s\x00%s\x00%v", root, pattern, globbing)
	names, ok := listed[key]
	if !ok {
		if names, err = client.LsFiles(pattern, globbing); err != nil {
			return nil, fmt.Errorf("error retrieving Git files: rpc error: code = Internal desc = unable to list files. %w", err)
		}
		listed[key] = names
	}
	found := map[string][]byte{}
	for _, name := range names {
		if found[name], err = os.ReadFile(filepath.Join(root, name)); err != nil {
			return nil, fmt.Errorf("error retrieving Git files: rpc error: code = Internal desc = unable to read files. %w", err)
		}
	}
	return found, nil
}

func (r repositories) GetDirectories(_ context.Context, url, revision, _ string, _, _ bool) ([]string, error) {
	_, root, err := r.tree(url, revision)
	if err != nil {
		return nil, fmt.Errorf("error retrieving Git Directories: %w", err)
	}
	paths := []string{}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || path == root {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		relative, err := filepath.Rel(root, path)
		paths = append(paths, relative)
		return err
	})
	return paths, err
}
