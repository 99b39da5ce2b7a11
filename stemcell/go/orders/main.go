// A light stand-in of Elasticsearch: indices of JSON documents by number, each document a file on a volume. It answers the requests of
// the sample in Elasticsearch's words. A write is on disk before it is acknowledged, so that a killed pod loses nothing it has promised.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
)

const (
	folder   = "/data"
	address  = ":9200"
	maxBody  = 1 << 20
	maxHeap  = 12 << 20
	fileMode = 0o644
)

var (
	name = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,60}$`)
	id   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$`)
	// one writer at a time: versions are read, raised and written
	writing sync.Mutex
)

type document struct {
	Version int             `json:"version"`
	Source  json.RawMessage `json:"source"`
}

type object map[string]any

func main() {
	debug.SetMemoryLimit(maxHeap)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", about)
	mux.HandleFunc("GET /_cluster/health", health)
	mux.HandleFunc("PUT /{index}", createIndex)
	mux.HandleFunc("DELETE /{index}", deleteIndex)
	mux.HandleFunc("PUT /{index}/_mapping", putMapping)
	mux.HandleFunc("GET /{index}/_mapping", getMapping)
	mux.HandleFunc("PUT /{index}/_doc/{id}", putDocument)
	mux.HandleFunc("POST /{index}/_doc/{id}", putDocument)
	mux.HandleFunc("GET /{index}/_doc/{id}", getDocument)
	mux.HandleFunc("DELETE /{index}/_doc/{id}", deleteDocument)
	log.Printf("orders listens on %s, data in %s", address, folder)
	log.Fatal(http.ListenAndServe(address, mux))
}

func about(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, object{"name": "orders", "cluster_name": "orders", "tagline": "You Know, for Orders"})
}

func health(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, object{"cluster_name": "orders", "status": "green", "number_of_nodes": 1})
}

func createIndex(w http.ResponseWriter, r *http.Request) {
	index, ok := indexOf(w, r)
	if !ok {
		return
	}
	settings, ok := bodyOf(w, r)
	if !ok {
		return
	}
	err := os.Mkdir(index, 0o755)
	if errors.Is(err, os.ErrExist) {
		refuse(w, http.StatusBadRequest, "resource_already_exists_exception", "index ["+r.PathValue("index")+"] already exists")
		return
	}
	if err == nil {
		err = write(filepath.Join(index, "settings.json"), settings)
	}
	if failed(w, err) {
		return
	}
	answer(w, http.StatusOK, object{"acknowledged": true, "shards_acknowledged": true, "index": r.PathValue("index")})
}

func deleteIndex(w http.ResponseWriter, r *http.Request) {
	index, ok := existing(w, r)
	if ok && !failed(w, os.RemoveAll(index)) {
		answer(w, http.StatusOK, object{"acknowledged": true})
	}
}

func putMapping(w http.ResponseWriter, r *http.Request) {
	index, ok := existing(w, r)
	if !ok {
		return
	}
	mapping, ok := bodyOf(w, r)
	if ok && !failed(w, write(filepath.Join(index, "mapping.json"), mapping)) {
		answer(w, http.StatusOK, object{"acknowledged": true})
	}
}

func getMapping(w http.ResponseWriter, r *http.Request) {
	index, ok := existing(w, r)
	if !ok {
		return
	}
	mapping, err := os.ReadFile(filepath.Join(index, "mapping.json"))
	if errors.Is(err, os.ErrNotExist) {
		mapping, err = []byte("{}"), nil
	}
	if !failed(w, err) {
		answer(w, http.StatusOK, object{r.PathValue("index"): object{"mappings": json.RawMessage(mapping)}})
	}
}

func putDocument(w http.ResponseWriter, r *http.Request) {
	index, path, ok := documentPath(w, r)
	if !ok {
		return
	}
	source, ok := bodyOf(w, r)
	if !ok {
		return
	}
	writing.Lock()
	defer writing.Unlock()
	// as Elasticsearch: a document for an index that is not there makes it
	if failed(w, os.MkdirAll(index, 0o755)) {
		return
	}
	before, err := read(path)
	if failed(w, err) {
		return
	}
	result, status, version := "created", http.StatusCreated, 1
	if before != nil {
		result, status, version = "updated", http.StatusOK, before.Version+1
	}
	content, err := json.Marshal(document{Version: version, Source: source})
	if err == nil {
		err = write(path, content)
	}
	if !failed(w, err) {
		answer(w, status, merge(identity(r), object{"_version": version, "result": result}))
	}
}

func getDocument(w http.ResponseWriter, r *http.Request) {
	_, path, ok := documentPath(w, r)
	if !ok {
		return
	}
	found, err := read(path)
	if failed(w, err) {
		return
	}
	if found == nil {
		answer(w, http.StatusNotFound, merge(identity(r), object{"found": false}))
		return
	}
	answer(w, http.StatusOK, merge(identity(r), object{"_version": found.Version, "found": true, "_source": found.Source}))
}

func deleteDocument(w http.ResponseWriter, r *http.Request) {
	_, path, ok := documentPath(w, r)
	if !ok {
		return
	}
	err := os.Remove(path)
	if errors.Is(err, os.ErrNotExist) {
		answer(w, http.StatusNotFound, merge(identity(r), object{"result": "not_found"}))
		return
	}
	if !failed(w, err) {
		answer(w, http.StatusOK, merge(identity(r), object{"result": "deleted"}))
	}
}

// indexOf is the folder of the index named in the path; names that could lead out of the volume are refused.
func indexOf(w http.ResponseWriter, r *http.Request) (string, bool) {
	index := r.PathValue("index")
	if !name.MatchString(index) {
		refuse(w, http.StatusBadRequest, "invalid_index_name_exception", "invalid index name ["+index+"]")
		return "", false
	}
	return filepath.Join(folder, index), true
}

func existing(w http.ResponseWriter, r *http.Request) (string, bool) {
	index, ok := indexOf(w, r)
	if !ok {
		return "", false
	}
	if _, err := os.Stat(index); err != nil {
		refuse(w, http.StatusNotFound, "index_not_found_exception", "no such index ["+r.PathValue("index")+"]")
		return "", false
	}
	return index, true
}

func documentPath(w http.ResponseWriter, r *http.Request) (string, string, bool) {
	index, ok := indexOf(w, r)
	if !ok {
		return "", "", false
	}
	if !id.MatchString(r.PathValue("id")) {
		refuse(w, http.StatusBadRequest, "illegal_argument_exception", "invalid id ["+r.PathValue("id")+"]")
		return "", "", false
	}
	return index, filepath.Join(index, "doc-"+r.PathValue("id")+".json"), true
}

func bodyOf(w http.ResponseWriter, r *http.Request) (json.RawMessage, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if len(body) == 0 {
		body = []byte("{}")
	}
	if err != nil || !json.Valid(body) {
		refuse(w, http.StatusBadRequest, "parse_exception", "the body is no JSON, or too large")
		return nil, false
	}
	return body, true
}

func read(path string) (*document, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found document
	if err := json.Unmarshal(content, &found); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return &found, nil
}

// write puts a file in place whole, and returns when file and folder are on disk.
func write(path string, content []byte) error {
	half := path + ".half"
	file, err := os.OpenFile(half, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(half, path)
	}
	if err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer parent.Close()
	return parent.Sync()
}

func identity(r *http.Request) object {
	return object{"_index": r.PathValue("index"), "_type": "_doc", "_id": r.PathValue("id")}
}

func merge(a, b object) object {
	for key, value := range b {
		a[key] = value
	}
	return a
}

func failed(w http.ResponseWriter, err error) bool {
	if err == nil {
		return false
	}
	log.Print(err)
	refuse(w, http.StatusInternalServerError, "io_exception", err.Error())
	return true
}

func refuse(w http.ResponseWriter, status int, kind, reason string) {
	answer(w, status, object{"error": object{"type": kind, "reason": reason}, "status": status})
}

func answer(w http.ResponseWriter, status int, body object) {
	content, err := json.Marshal(body)
	if err != nil {
		log.Print(err)
		content = []byte(`{"error":{"type":"serialization_exception"}}`)
	}
	w.Header().Set("content-type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	if _, err := w.Write(append(content, '\n')); err != nil && !strings.Contains(err.Error(), "broken pipe") {
		log.Print(err)
	}
}
