package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"
	"sort"
	"unsafe"

	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/webhook"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/settings"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// call is a delivery: settings are keys of argocd-secret.
type call struct {
	Settings map[string]string         `json:"settings"`
	Sets     []v1alpha1.ApplicationSet `json:"sets"`
	World    world                     `json:"world"`
	Request  *struct {
		Method  string            `json:"method"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"request"`
}

type delivery struct {
	Status      int      `json:"status"`
	Body        string   `json:"body"`
	ContentType string   `json:"contentType"`
	Refreshed   []string `json:"refreshed"`
	Panic       string   `json:"panic,omitempty"`
}

// marked lists the sets of a call and notes which are patched.
type marked struct {
	objects
	sets      []v1alpha1.ApplicationSet
	refreshed map[string]bool
}

func (m *marked) List(ctx context.Context, into client.ObjectList, options ...client.ListOption) error {
	if list, ok := into.(*v1alpha1.ApplicationSetList); ok {
		list.Items = m.sets
		return nil
	}
	return m.objects.List(ctx, into, options...)
}

func (m *marked) Get(ctx context.Context, key client.ObjectKey, into client.Object, options ...client.GetOption) error {
	if _, ok := into.(*v1alpha1.ApplicationSet); ok {
		return nil
	}
	return m.objects.Get(ctx, key, into, options...)
}

func (m *marked) Patch(_ context.Context, o client.Object, _ client.Patch, _ ...client.PatchOption) error {
	m.refreshed[o.GetNamespace()+"/"+o.GetName()] = true
	return nil
}

// receiver is the reference's handler for one content of argocd-secret, without workers of its own.
type receiver struct {
	handler    *webhook.WebhookHandler
	client     *marked
	generators map[string]generators.Generator
}

var receivers = map[string]*receiver{}

func receiverOf(values map[string]string) (*receiver, error) {
	encoded, _ := json.Marshal(values)
	if known, ok := receivers[string(encoded)]; ok {
		return known, nil
	}
	data := map[string][]byte{"server.secretkey": []byte("x")}
	for key, value := range values {
		data[key] = []byte(value)
	}
	labels := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	objects := fake.NewClientset(
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "argocd-secret", Namespace: "argocd", Labels: labels}, Data: data},
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "argocd-cm", Namespace: "argocd", Labels: labels}},
	)
	r := &receiver{client: &marked{}, generators: map[string]generators.Generator{}}
	var err error
	r.handler, err = webhook.NewWebhookHandler(0, settings.NewSettingsManager(context.Background(), objects, "argocd"), r.client, r.generators)
	receivers[string(encoded)] = r
	return r, err
}

// queued takes the payload the handler has accepted, if any.
func (r *receiver) queued() any {
	field := reflect.ValueOf(r.handler).Elem().FieldByName("queue")
	queue := *(*chan any)(unsafe.Pointer(field.UnsafeAddr()))
	select {
	case payload := <-queue:
		return payload
	default:
		return nil
	}
}

func receive(c call) (d delivery) {
	defer func() {
		if r := recover(); r != nil {
			d.Panic = fmt.Sprint(r)
		}
	}()
	r, err := receiverOf(c.Settings)
	if err != nil {
		return delivery{Panic: err.Error()}
	}
	*r.client = marked{objects: objectsOf(c.World), sets: c.Sets, refreshed: map[string]bool{}}
	for name, generator := range generatorsOf(c.World) {
		r.generators[name] = generator
	}
	request := httptest.NewRequest(c.Request.Method, "/api/webhook", bytes.NewReader([]byte(c.Request.Body)))
	for name, value := range c.Request.Headers {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	r.handler.Handler(recorder, request)
	d = delivery{Status: recorder.Code, Body: recorder.Body.String(), ContentType: recorder.Header().Get("Content-Type"), Refreshed: []string{}}
	if payload := r.queued(); payload != nil {
		r.handler.HandleEvent(payload)
	}
	for name := range r.client.refreshed {
		d.Refreshed = append(d.Refreshed, name)
	}
	sort.Strings(d.Refreshed)
	return d
}
