// Command argocd-oracle renders ApplicationSets, one JSON object a line, with the reference's own
// generators and renderer, and prints what came out: Applications, reason and error. A line holds the set
// and, where its generators read one, the world: cluster Secrets, projects and repositories. A line with a
// webhook request and sets is answered with the answer of the reference's handler and the sets it refreshes.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	log "github.com/sirupsen/logrus"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

type question struct {
	Set   v1alpha1.ApplicationSet `json:"set"`
	World world                   `json:"world"`
}

type answer struct {
	Applications []map[string]any `json:"applications"`
	Reason       string           `json:"reason,omitempty"`
	Error        string           `json:"error,omitempty"`
	Panic        string           `json:"panic,omitempty"`
}

func main() {
	log.SetOutput(io.Discard)
	defer removeRepositories()
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			encoded, _ := json.Marshal(respond(line))
			out.Write(encoded)
			out.WriteByte('\n')
			out.Flush()
		}
		if err != nil {
			return
		}
	}
}

// respond answers a set with its Applications, and a webhook call with what it refreshes.
func respond(line []byte) any {
	var c call
	if err := json.Unmarshal(line, &c); err == nil && c.Request != nil {
		return receive(c)
	}
	return render(line)
}

func render(line []byte) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Panic: fmt.Sprint(r)}
		}
	}()
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: "decode: " + err.Error()}
	}
	set := asked.Set
	objects := objectsOf(asked.World)
	applications, reason, err := template.GenerateApplications(log.WithField("set", set.Name), set, generatorsOf(asked.World), &utils.Render{}, objects)
	a.Applications = []map[string]any{}
	for _, application := range applications {
		metadata := map[string]any{"name": application.Name, "namespace": application.Namespace, "labels": application.Labels, "annotations": application.Annotations, "finalizers": application.Finalizers}
		a.Applications = append(a.Applications, map[string]any{"metadata": metadata, "spec": application.Spec, "operation": application.Operation})
	}
	if err != nil {
		a.Reason, a.Error = string(reason), err.Error()
	}
	return a
}

// generatorsOf gives the generators of the three levels of nesting, as the reference's controller does.
func generatorsOf(w world) map[string]generators.Generator {
	objects := objectsOf(w)
	terminal := map[string]generators.Generator{
		"List":     generators.NewListGenerator(),
		"Clusters": localLast{generators.NewClusterGenerator(context.Background(), objects, clientset{objects: objects}, objects.namespace)},
		"Git":      generators.NewGitGenerator(repositories{world: w}, objects.namespace),
	}
	for _, name := range []string{"SCMProvider", "ClusterDecisionResource", "PullRequest", "Plugin"} {
		terminal[name] = unreachable{}
	}
	nested := with(terminal, "Matrix", generators.NewMatrixGenerator(terminal), "Merge", generators.NewMergeGenerator(terminal))
	return with(terminal, "Matrix", generators.NewMatrixGenerator(nested), "Merge", generators.NewMergeGenerator(nested))
}

// unreachable is a generator whose service does not answer.
type unreachable struct {
	generators.Generator
}

func (unreachable) GetTemplate(*v1alpha1.ApplicationSetGenerator) *v1alpha1.ApplicationSetTemplate {
	return &v1alpha1.ApplicationSetTemplate{}
}

func (unreachable) GenerateParams(*v1alpha1.ApplicationSetGenerator, *v1alpha1.ApplicationSet, client.Client) ([]map[string]any, error) {
	return nil, errors.New("nobody answers")
}

func with(base map[string]generators.Generator, more ...any) map[string]generators.Generator {
	all := map[string]generators.Generator{}
	for name, generator := range base {
		all[name] = generator
	}
	for i := 0; i < len(more); i += 2 {
		all[more[i].(string)] = more[i+1].(generators.Generator)
	}
	return all
}
