// Package weights lays the parameters of cells out as other frameworks do, and under
// their names, so that weights go from one to the other and back.
//
// A function of a framework, such as [Torch], returns the tensors that the framework has
// for a cell. They are views of the parameters: [Tensor.Floats] reads what a file of the
// framework would hold, [Tensor.SetFloats] and [Load] write it, and [Tensor.Gradient]
// arranges gradients alike. It is an error if the framework has no such cell.
//
// What the frameworks differ in, by the letters of [cells.LSTM] and [cells.GRU], with D
// the number of directions:
//
//	            LSTM gates   GRU gates   input weights     biases
//	PyTorch     i f g o      r z n       (4H, I)           two, added
//	Keras       i f g o      z r n       (I, 4H)           one
//	ONNX        i o f g      z r n       (D, 4H, I)        two, added, end to end
//	TensorFlow  i g f o                  (I + H, 4H)       one; the forget gate's is larger at run time
//	Haiku       i g f o                  (I + H, 4H)       one; the forget gate's is larger at run time
//
// Cells have one bias a gate. Where a framework has two, the second is zero on the way
// out and added to the first on the way in. So parameters that go out and come back are
// the same bits; tensors that come in and go out again may differ in their biases, which
// have the same sum.
package weights
