package format

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// IDX is the format of MNIST: images of bytes in one file and their labels, bytes too, in
// another, whose name has labels-idx1 where that of the first has images-idx3. An image is
// a series of its rows.
const IDX Format = "idx"

// The beginnings of files of images and of labels: bytes, in three dimensions and in one.
const (
	idxImages = "\x00\x00\x08\x03"
	idxLabels = "\x00\x00\x08\x01"
)

// isIDX tells whether a name is that of a file of images.
func isIDX(path string) bool { return strings.Contains(filepath.Base(path), "images-idx3") }

// readIDX returns the images of a file, with their labels if there is a file of them.
func readIDX(file, content string, values *arena) ([]Series, error) {
	shape, pixels, problem := parseIDX(content, idxImages)
	if problem != nil {
		problem.File = file
		return nil, problem
	}
	labels, err := readIDXLabels(file, shape[0])
	if err != nil {
		return nil, err
	}
	size, width := shape[1]*shape[2], shape[2]
	all := make([]Series, shape[0])
	image := make([]float64, size)
	for i := range all {
		for j := range image {
			image[j] = float64(pixels[i*size+j])
		}
		all[i] = Series{Values: image, Width: width, Line: i + 1}
		if err := values.take(&all[i]); err != nil {
			return nil, noTemporary(file, err)
		}
		if labels != "" {
			all[i].Label = strconv.Itoa(int(labels[i]))
		}
	}
	return all, nil
}

// readIDXLabels returns the labels of n images, or "" if the file of images has no partner.
func readIDXLabels(images string, n int) (string, error) {
	folder, name := filepath.Split(images)
	if !isIDX(name) {
		return "", nil
	}
	file := folder + strings.Replace(name, "images-idx3", "labels-idx1", 1)
	content, err := readFile(file, 0)
	if err != nil {
		return "", err
	}
	shape, labels, problem := parseIDX(content, idxLabels)
	if problem == nil && shape[0] != n {
		problem = &Error{Problem: fmt.Sprintf("holds %d labels, but %s %d images", shape[0], images, n)}
	}
	if problem != nil {
		problem.File = file
		return "", problem
	}
	return labels, nil
}

// parseIDX returns the sizes and the bytes of a file that begins as given.
func parseIDX(content, magic string) (shape []int, body string, problem *Error) {
	dimensions := int(magic[3])
	if !strings.HasPrefix(content, magic) || len(content) < 4+4*dimensions {
		return nil, "", &Error{Problem: fmt.Sprintf("is not an IDX file of bytes in %d dimensions: it does not begin with % x and their sizes", dimensions, magic)}
	}
	body = content[4+4*dimensions:]
	total := uint64(1)
	for d := range dimensions {
		n := binary.BigEndian.Uint32([]byte(content[4+4*d:]))
		if n == 0 || total*uint64(n) > uint64(len(body)) {
			return nil, "", &Error{Problem: fmt.Sprintf("says that dimension %d is %d, but has %d bytes", d+1, n, len(body))}
		}
		total *= uint64(n)
		shape = append(shape, int(n))
	}
	if total != uint64(len(body)) {
		return nil, "", &Error{Problem: fmt.Sprintf("its sizes are %v, but it has %d bytes", shape, len(body))}
	}
	return shape, body, nil
}
