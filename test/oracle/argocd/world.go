package main

import (
	"context"
	"encoding/json"
	"sort"
	"strings"

	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// world is what generators read, in the form of the compatibility cases.
type world struct {
	Namespace      string          `json:"namespace"`
	ClusterSecrets []corev1.Secret `json:"clusterSecrets"`
	AppProjects    []struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
	} `json:"appProjects"`
	Repositories map[string]json.RawMessage `json:"repositories"`
	Settings     struct {
		NewGitFileGlobbing bool `json:"newGitFileGlobbing"`
	} `json:"settings"`
}

// objects answers the reads of generators; every other call of the interface panics.
type objects struct {
	client.Client
	namespace string
	secrets   []corev1.Secret
	projects  map[string]v1alpha1.AppProject
}

func objectsOf(w world) objects {
	o := objects{namespace: w.Namespace, projects: map[string]v1alpha1.AppProject{}}
	if o.namespace == "" {
		o.namespace = "argocd"
	}
	for _, secret := range w.ClusterSecrets {
		secret.Data = map[string][]byte{}
		for key, value := range secret.StringData {
			secret.Data[key] = []byte(value)
		}
		o.secrets = append(o.secrets, secret)
	}
	sort.Slice(o.secrets, func(i, j int) bool { return o.secrets[i].StringData["name"] < o.secrets[j].StringData["name"] })
	for _, project := range w.AppProjects {
		o.projects[project.Metadata.Name] = v1alpha1.AppProject{ObjectMeta: project.Metadata}
	}
	return o
}

func (o objects) matching(selector labels.Selector) []corev1.Secret {
	found := []corev1.Secret{}
	for _, secret := range o.secrets {
		if selector.Matches(labels.Set(secret.Labels)) {
			found = append(found, *secret.DeepCopy())
		}
	}
	return found
}

func (o objects) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	project, ok := o.projects[key.Name]
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{Group: "argoproj.io", Resource: "appprojects"}, key.Name)
	}
	project.DeepCopyInto(into.(*v1alpha1.AppProject))
	return nil
}

func (o objects) List(_ context.Context, into client.ObjectList, options ...client.ListOption) error {
	asked := client.ListOptions{}
	asked.ApplyOptions(options)
	into.(*corev1.SecretList).Items = o.matching(asked.LabelSelector)
	return nil
}

// clientset answers lists of Secrets; every other call panics.
type clientset struct {
	kubernetes.Interface
	objects objects
}

type core struct {
	corev1client.CoreV1Interface
	objects objects
}

type secrets struct {
	corev1client.SecretInterface
	objects objects
}

func (c clientset) CoreV1() corev1client.CoreV1Interface { return core{objects: c.objects} }

func (c core) Secrets(string) corev1client.SecretInterface { return secrets{objects: c.objects} }

func (s secrets) List(_ context.Context, options metav1.ListOptions) (*corev1.SecretList, error) {
	selector, err := labels.Parse(options.LabelSelector)
	if err != nil {
		return nil, err
	}
	return &corev1.SecretList{Items: s.objects.matching(selector)}, nil
}

// localLast gives the local cluster that has no Secret after the others, as the reference does since 3.3.
type localLast struct {
	generators.Generator
}

func (g localLast) GenerateParams(generator *v1alpha1.ApplicationSetGenerator, set *v1alpha1.ApplicationSet, c client.Client) ([]map[string]any, error) {
	params, err := g.Generator.GenerateParams(generator, set, c)
	for _, p := range params {
		if list, ok := p["clusters"].([]map[string]any); ok {
			sortLocalLast(list)
		}
	}
	sortLocalLast(params)
	return params, err
}

func sortLocalLast(params []map[string]any) {
	local := func(p map[string]any) bool {
		for key := range p {
			if strings.HasPrefix(key, "metadata") || key == "clusters" {
				return false
			}
		}
		return true
	}
	sort.SliceStable(params, func(i, j int) bool { return !local(params[i]) && local(params[j]) })
}
